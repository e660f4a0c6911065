"use strict";
// The search of a folder without a server: data come from scripts, which a page may load also from a stick.
(() => {
  const known = new Map(), waiting = new Map();
  const root = document.body?.dataset.root ?? "";
  window.archiveData = (kind, name, value) => {
    known.set(`${kind}/${name}`, value);
    waiting.get(`${kind}/${name}`)?.(value);
  };
  const load = (kind, name) => {
    const key = `${kind}/${name}`;
    if (known.has(key)) return Promise.resolve(known.get(key));
    return new Promise(resolve => {
      waiting.set(key, resolve);
      const script = document.createElement("script");
      script.src = kind === "facets" ? `${root}data/facets.js` : `${root}data/${kind}/${name}.js`;
      script.onerror = () => { known.set(key, null); resolve(null); };
      document.head.append(script);
    });
  };
  const plain = text => text.toLowerCase().replace(/đ/g, "d").normalize("NFD").replace(/[\u0300-\u036f]/g, "");
  const shard = word => /^[a-z0-9]{1,2}/.test(word) && /^[\x00-\x7f]*$/.test(word.slice(0, 2)) ? word.slice(0, 2) : "_";
  const unpack = text => { let at = 0; return text ? text.split(",").map(gap => at += parseInt(gap, 36)) : []; };
  const union = lists => lists.length === 1 ? lists[0] : [...new Set(lists.flat())].sort((a, b) => a - b);
  const meet = (one, other) => { const set = new Set(other); return one.filter(number => set.has(number)); };

  // Articles of one word: [all, those with it in the title]. The last word is still being typed.
  const lookUp = async (word, open) => {
    let entries = [];
    if (open && word.length < 2) {
      const shards = await Promise.all([..."abcdefghijklmnopqrstuvwxyz0123456789"].map(letter => load("words", word + letter)));
      entries = shards.filter(Boolean).flatMap(found => Object.values(found));
      const alone = await load("words", word);
      if (alone?.[word]) entries.push(alone[word]);
    } else {
      const found = await load("words", shard(word)) || {};
      entries = open ? Object.keys(found).filter(one => one.startsWith(word)).map(one => found[one]) : word in found ? [found[word]] : [];
    }
    const parts = entries.map(entry => entry.split("|"));
    return [union(parts.map(part => unpack(part[0]))), union(parts.map(part => unpack(part[1] ?? "")))];
  };

  window.articleSearch = async query => {
    const facets = await load("facets", "facets");
    const words = plain(query.get("q") ?? "").match(/[\p{L}\p{N}]+/gu) || [];
    let all = null, titled = null;
    for (const [place, word] of words.entries()) {
      const [every, titles] = await lookUp(word, place === words.length - 1);
      all = all === null ? every : meet(all, every);
      titled = titled === null ? titles : meet(titled, titles);
    }
    if (all === null) { all = Array.from({ length: facets.total }, (_, place) => place + 1); titled = []; }
    for (const name of ["year", "section", "author", "edit"]) {
      const value = query.get(name);
      if (value) all = meet(all, unpack(facets[name][value] ?? ""));
    }
    // What has every word in its title comes first; within both the newest.
    const first = new Set(meet(titled, all));
    const ordered = [...all.filter(number => first.has(number)), ...all.filter(number => !first.has(number))];
    const size = Number(document.querySelector("[data-page-size]").dataset.pageSize);
    const page = Number(query.get("page")) || 1;
    const hits = [];
    for (const number of ordered.slice((page - 1) * size, page * size)) {
      const part = await load("hits", Math.floor((number - 1) / facets.page));
      const [name, title, date, section, byline, versions, snippet] = part[(number - 1) % facets.page];
      hits.push({ link: `${root}a/${name}.html`, title, date, section, byline, versions, snippet });
    }
    return { total: ordered.length, more: false, pages: Math.ceil(ordered.length / size) || 1, hits };
  };
})();
