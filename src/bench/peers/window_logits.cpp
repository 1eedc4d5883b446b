// Writes the logits behind every token of given windows, as llama.cpp computes them.
//
// usage: window-logits MODEL.gguf THREADS on|off <WINDOWS >LOGITS
//
// The last argument is the flash-attention setting. Each line of WINDOWS has the token ids of one
// window, separated by spaces; a window is one prompt, computed in one batch from an empty cache.
// LOGITS is the size of the vocabulary as int32, then a row of that many float32 for every token,
// in the machine's byte order.

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <iostream>
#include <sstream>
#include <string>
#include <vector>

#include "llama.h"

static void fail(const std::string &message) {
  std::fprintf(stderr, "window-logits: %s\n", message.c_str());
  std::exit(1);
}

static std::vector<std::vector<llama_token>> read_windows() {
  std::vector<std::vector<llama_token>> windows;
  for (std::string line; std::getline(std::cin, line);) {
    std::istringstream ids(line);
    std::vector<llama_token> window;
    for (llama_token id; ids >> id;) window.push_back(id);
    if (!window.empty()) windows.push_back(window);
  }
  return windows;
}

static void write(const void *values, size_t size, size_t count) {
  if (std::fwrite(values, size, count, stdout) != count) fail("the output is closed");
}

int main(int argc, char **argv) {
  if (argc != 4) fail("usage: window-logits MODEL.gguf THREADS on|off <WINDOWS >LOGITS");
  const auto windows = read_windows();
  size_t longest = 0;
  for (const auto &window : windows) longest = std::max(longest, window.size());
  if (longest == 0) fail("no windows on standard input");

  llama_log_set([](ggml_log_level level, const char *text, void *) {
    if (level == GGML_LOG_LEVEL_ERROR) std::fputs(text, stderr);
  }, nullptr);
  llama_backend_init();
  llama_model *model = llama_model_load_from_file(argv[1], llama_model_default_params());
  if (!model) fail(std::string("cannot load ") + argv[1]);

  llama_context_params params = llama_context_default_params();
  params.n_ctx = longest;
  params.n_batch = longest;
  params.n_threads = params.n_threads_batch = std::atoi(argv[2]);
  params.flash_attn_type = std::strcmp(argv[3], "on") == 0 ? LLAMA_FLASH_ATTN_TYPE_ENABLED
                                                          : LLAMA_FLASH_ATTN_TYPE_DISABLED;
  llama_context *context = llama_init_from_model(model, params);
  if (!context) fail("cannot make a context");

  const int32_t vocabulary = llama_vocab_n_tokens(llama_model_get_vocab(model));
  write(&vocabulary, sizeof vocabulary, 1);
  for (const auto &window : windows) {
    llama_memory_clear(llama_get_memory(context), true);
    llama_batch batch = llama_batch_init(window.size(), 0, 1);
    batch.n_tokens = window.size();
    for (size_t i = 0; i < window.size(); i++) {
      batch.token[i] = window[i];
      batch.pos[i] = i;
      batch.n_seq_id[i] = 1;
      batch.seq_id[i][0] = 0;
      batch.logits[i] = true;
    }
    if (llama_decode(context, batch) != 0) fail("cannot decode");
    for (size_t i = 0; i < window.size(); i++) {
      write(llama_get_logits_ith(context, i), sizeof(float), vocabulary);
    }
    llama_batch_free(batch);
  }
  llama_free(context);
  llama_model_free(model);
  return 0;
}
