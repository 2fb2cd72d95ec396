// Sets theme, colours and language before the first paint, so that nothing flashes; the page takes over from here.
try {
  const { version, value } = JSON.parse(localStorage.getItem("outcry.preferences") ?? "{}");
  const root = document.documentElement;
  if (version === 1 && value.theme === "light") root.dataset.mantineColorScheme = "light";
  if (version === 1 && value.palette === "blue-orange") root.dataset.palette = "blue-orange";
  const language = (version === 1 && value.language) || navigator.language.slice(0, 2);
  if (language === "fr") root.lang = "fr";
} catch {
  // No storage, or nothing readable in it: the defaults of the markup stand.
}
