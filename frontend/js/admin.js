// The Django admin keeps its own theme switch (data-theme on <html>); our tokens read data-bs-theme. This keeps the two equal.
(() => {
  const root = document.documentElement;
  const system = matchMedia('(prefers-color-scheme: dark)');
  const apply = () => {
    const choice = root.dataset.theme || 'auto';
    const isDark = choice === 'dark' || (choice === 'auto' && system.matches);
    root.setAttribute('data-bs-theme', isDark ? 'dark' : 'light');
  };
  apply();
  system.addEventListener('change', apply);
  new MutationObserver(apply).observe(root, { attributeFilter: ['data-theme'] });
})();
