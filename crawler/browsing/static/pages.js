"use strict";
// The language of the words around the articles: what the reader chose, else the browser's.
(() => {
  const root = document.documentElement;
  const read = () => { try { return localStorage.getItem("lang"); } catch { return null; } };
  const keep = lang => { try { localStorage.setItem("lang", lang); } catch { /* a page from a stick may not keep anything */ } };
  const set = lang => {
    root.dataset.lang = lang;
    document.querySelectorAll("[data-vi]").forEach(one => {
      const text = one.dataset[lang];
      if (one.tagName === "INPUT") one.placeholder = text; else one.textContent = text;
    });
  };
  set(read() || (/^vi\b/.test(navigator.language) ? "vi" : "en"));
  document.querySelectorAll("[data-tongue]").forEach(button => button.addEventListener("click", () => {
    const lang = root.dataset.lang === "vi" ? "en" : "vi";
    keep(lang);
    set(lang);
  }));
  // Arrow keys turn from article to article, unless something is typed.
  document.addEventListener("keydown", event => {
    if (event.target.matches("input, select, textarea") || event.ctrlKey || event.metaKey || event.altKey) return;
    const rel = { ArrowLeft: "prev", ArrowRight: "next" }[event.key];
    const link = rel && document.querySelector(`.turn a[rel="${rel}"]`);
    if (link) location.href = link.href;
  });
})();
