// Runs before anything is painted: sets the theme that the reader chose ("system" leaves it to prefers-color-scheme),
// and says so if the page itself does not come.
(() => {
  let chosen = null;
  try {
    chosen = localStorage.getItem('weir.theme');
  } catch {
    // Storage is closed to this page: the system's theme will do.
  }
  if (chosen === 'light' || chosen === 'dark') {
    document.documentElement.dataset.theme = chosen;
  }

  // A module that cannot be loaded takes the whole page with it.
  addEventListener(
    'error',
    ({target}) => {
      if (target instanceof HTMLScriptElement) {
        document.getElementById('unloaded')?.removeAttribute('hidden');
      }
    },
    true,
  );
})();
