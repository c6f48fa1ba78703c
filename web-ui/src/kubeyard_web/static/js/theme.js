// Runs before the first paint, so that a dark system never sees a white flash.
(() => {
  const root = document.documentElement;
  const dark = window.matchMedia("(prefers-color-scheme: dark)");
  const apply = () => {
    const wanted = root.dataset.themePreference;
    const isDark = wanted === "dark" || (wanted !== "light" && dark.matches);
    root.dataset.bsTheme = isDark ? "dark" : "light";
  };
  apply();
  dark.addEventListener("change", apply);
})();
