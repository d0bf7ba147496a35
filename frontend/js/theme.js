// Runs before the first paint, so that no page flashes the wrong theme. The profile's choice wins; "auto" follows the system.
(() => {
  const root = document.documentElement;
  const system = matchMedia('(prefers-color-scheme: dark)');
  const apply = () => {
    let choice = root.dataset.themeChoice || 'auto';
    if (root.dataset.themeOwner !== 'profile') {
      try { choice = localStorage.getItem('ek-theme') || choice; } catch { /* storage may be blocked */ }
    }
    const isDark = choice === 'dark' || (choice === 'auto' && system.matches);
    root.dataset.bsTheme = isDark ? 'dark' : 'light';
  };
  apply();
  system.addEventListener('change', () => { apply(); document.dispatchEvent(new CustomEvent('ek:theme')); });
})();
