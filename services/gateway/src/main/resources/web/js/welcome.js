// What is shown before the first prompt.

import {copyText} from './copy.js';
import {byId, element} from './dom.js';

const IDEAS = {
  chat: ['What does a weir do to a river?', 'Write a haiku about running water', 'Name three uses of a paper clip', 'Write a Python function that adds two numbers'],
  prompt: ['Once upon a time, in a valley without bridges,', 'The three states of water are', 'def fibonacci(n):'],
};

export class Welcome {
  #onIdea;

  constructor(onIdea) {
    this.#onIdea = onIdea;
    byId('copy-command').addEventListener('click', ({currentTarget}) => copyText('services/weir up', currentTarget));
  }

  show(visible, noModel) {
    byId('empty').hidden = !visible;
    byId('no-model').hidden = !noModel;
    byId('ideas').hidden = noModel;
  }

  setMode(mode) {
    byId('ideas').replaceChildren(...IDEAS[mode].map((idea) =>
      element('li', {}, element('button', {type: 'button', on: {click: () => this.#onIdea(idea)}}, idea))));
  }
}
