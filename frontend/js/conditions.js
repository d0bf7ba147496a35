// Rows that a person adds and removes, such as the conditions of a rule.
customElements.define('ek-rows', class extends HTMLElement {
  connectedCallback() {
    this.addEventListener('click', (event) => {
      if (event.target.closest('[data-rows-add]')) this.add();
      event.target.closest('[data-rows-remove]')?.closest('[data-rows-one]').remove();
    });
    this.addEventListener('change', () => this.settle());
    this.settle();
  }

  add() {
    this.querySelector('[data-rows-in]').append(this.querySelector('template').content.cloneNode(true));
    const how = this.querySelector('[data-none]');
    if (how && how.value === how.dataset.none) how.selectedIndex = 0;
    this.settle();
    this.querySelector('[data-rows-in]').lastElementChild.querySelector('select, input').focus();
  }

  // What does not matter for a choice is not shown.
  settle() {
    const how = this.querySelector('[data-none]');
    if (how) this.querySelector('[data-rows-in]').hidden = how.value === how.dataset.none;
    for (const row of this.querySelectorAll('[data-rows-one]')) {
      const field = row.querySelector('select')?.value;
      for (const one of row.querySelectorAll('[data-only-for]')) one.hidden = one.dataset.onlyFor !== field;
    }
  }
});
