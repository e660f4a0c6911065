"""The page's style: its own fonts and colours from the reader's system, light or dark,
on paper and on a small screen.
"""

STYLE = """
:root { color-scheme: light dark; --page: #fff; --ink: #1c1f23; --soft: #545b64; --rule: #d5d9de; --shade: #f3f5f7;
  --link: #0b57a4; --bar: #2f6fb2; --bad: #a3170d; --warn: #fff4d6 }
@media (prefers-color-scheme: dark) {
  :root { --page: #14171a; --ink: #e8eaed; --soft: #aab2bb; --rule: #3a4149; --shade: #1f2429;
    --link: #8ab8f0; --bar: #6fa8dc; --bad: #ff9b90; --warn: #3a3012 }
}
* { box-sizing: border-box }
body { font: 1rem/1.5 system-ui, sans-serif; color: var(--ink); background: var(--page); max-width: 68rem; margin: 0 auto;
  padding: 1rem; overflow-wrap: anywhere; -webkit-text-size-adjust: 100% }
h1 { font-size: 1.6rem; line-height: 1.25; margin: .5rem 0 }
h2 { font-size: 1.25rem; margin: 2.5rem 0 .5rem; border-bottom: 2px solid var(--rule) }
h3 { font-size: 1.05rem; margin: 1.5rem 0 .25rem }
p { max-width: 48rem }
a { color: var(--link) }
small, .soft, figcaption { color: var(--soft) }
code { font-family: ui-monospace, monospace; font-size: .9em; background: var(--shade); padding: .1em .3em; border-radius: 3px }
nav ul { list-style: none; padding: 0; display: flex; flex-wrap: wrap; gap: .25rem 1.25rem }
.command { display: inline-block; max-width: 100% }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(9.2rem, 1fr)); gap: .75rem; margin: 1rem 0; padding: 0;
  list-style: none }
.tiles li { background: var(--shade); border-radius: 6px; padding: .6rem .8rem }
.tiles b { display: block; font-size: 1.25rem; line-height: 1.4; white-space: nowrap }
dl { margin: .5rem 0 }
dl div { display: grid; grid-template-columns: minmax(7rem, 13rem) 1fr; gap: .25rem 1rem; padding: .2rem 0 }
dt { color: var(--soft) }
dd { margin: 0 }
.scroll { overflow-x: auto; margin: .75rem 0 1.25rem }
.scroll:focus-visible { outline: 2px solid var(--link) }
table { border-collapse: collapse; font-size: .9rem; min-width: 40% }
caption { text-align: left; font-weight: 600; padding: .3rem 0 }
caption span { display: block; position: sticky; left: 0; width: max-content; max-width: calc(100vw - 2rem) }
caption small { font-weight: 400 }
th, td { text-align: left; vertical-align: top; padding: .3rem .7rem .3rem 0; border-bottom: 1px solid var(--rule);
  overflow-wrap: break-word; max-width: 32rem }
thead th { color: var(--soft); font-weight: 600; white-space: nowrap }
tbody th { font-weight: 400 }
th.n, td.n { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap }
td ul, dd ul { margin: 0; padding-left: 1.1rem; min-width: 13rem; overflow-wrap: anywhere }
time { white-space: nowrap }
.zero { color: var(--soft) }
.bad { color: var(--bad); font-weight: 600 }
.hash { font-family: ui-monospace, monospace; font-size: .8em; display: inline-block; min-width: 16rem; overflow-wrap: anywhere }
.notes { background: var(--warn); border-left: 4px solid var(--bad); padding: .5rem 1rem; margin: 1rem 0 }
.notes h2 { margin: 0; border: 0 }
figure { margin: 1rem 0 }
.plot { display: grid; grid-template-columns: 2.5rem 1fr; gap: .5rem; height: 9rem }
.scale { display: flex; flex-direction: column; justify-content: space-between; align-items: flex-end; font-size: .8rem;
  line-height: 1; color: var(--soft) }
svg { width: 100%; height: 100%; display: block }
rect { fill: var(--bar) }
.grid { stroke: var(--rule); stroke-width: 1px }
.axis { display: flex; justify-content: space-between; gap: .5rem; font-size: .8rem; color: var(--soft); padding-left: 3rem }
.cite { background: var(--shade); padding: .75rem 1rem; border-radius: 6px; max-width: 48rem }
@media (max-width: 30rem) {
  dl div { grid-template-columns: 1fr; gap: 0; padding: .35rem 0 }
  .axis span:nth-child(even):not(:last-child) { display: none }
}
@media print {
  :root { color-scheme: light; --page: #fff; --ink: #000; --soft: #444; --rule: #bbb; --shade: #f3f5f7; --link: #000;
    --bar: #2f6fb2; --bad: #a3170d; --warn: #fff4d6 }
  body { max-width: none; padding: 0; font-size: 10pt }
  nav { display: none }
  h2, h3, caption { break-after: avoid }
  tr, figure, dl div { break-inside: avoid }
  .scroll { overflow: visible }
  table { font-size: 8pt }
  thead { display: table-header-group }
  rect, .tiles li, .notes, .cite { print-color-adjust: exact; -webkit-print-color-adjust: exact }
}
"""
