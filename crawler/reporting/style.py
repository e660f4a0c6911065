"""The page's style: its own fonts and colours from the reader's system, light or dark,
on paper and on a small screen.
"""

STYLE = """
:root { color-scheme: light dark; --page: #fff; --ink: #1c1f23; --soft: #545b64; --rule: #d5d9de; --shade: #f3f5f7;
  --link: #0b57a4; --bar: #2f6fb2; --bad: #a3170d; --warn: #fff4d6;
  --q1: #c9ddf1; --q2: #8fb8e0; --q3: #4a86c4; --q4: #1d4f8b; --accent: #b3541e }
@media (prefers-color-scheme: dark) {
  :root { --page: #14171a; --ink: #e8eaed; --soft: #aab2bb; --rule: #3a4149; --shade: #1f2429;
    --link: #8ab8f0; --bar: #6fa8dc; --bad: #ff9b90; --warn: #3a3012;
    --q1: #1f3a57; --q2: #2d5c8f; --q3: #4f8bc9; --q4: #a5cdf5; --accent: #f0a26b }
}
* { box-sizing: border-box }
body { font: 1rem/1.5 system-ui, sans-serif; color: var(--ink); background: var(--page); max-width: 68rem; margin: 0 auto;
  padding: 1rem; overflow-wrap: anywhere; -webkit-text-size-adjust: 100% }
header { border-top: 6px solid var(--bar); padding-top: 1.25rem }
h1 { font-size: 1.9rem; line-height: 1.2; margin: 0 0 .25rem; letter-spacing: -.01em; text-wrap: balance }
h2 { font-size: 1.3rem; margin: 3rem 0 .75rem; padding-bottom: .3rem; border-bottom: 1px solid var(--rule) }
h3 { font-size: 1.05rem; margin: 1.5rem 0 .25rem }
p { max-width: 48rem }
a { color: var(--link) }
small, .soft, figcaption { color: var(--soft) }
code { font-family: ui-monospace, monospace; font-size: .9em; background: var(--shade); padding: .1em .3em; border-radius: 3px }
pre { font: .9rem/1.5 ui-monospace, monospace; background: var(--shade); padding: .75rem 1rem; border-radius: 6px; white-space: pre-wrap }
nav ul { list-style: none; padding: .6rem 0; margin: 0; display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; font-size: .95rem }
nav a { text-decoration: none }
nav a:hover, nav a:focus { text-decoration: underline }
.command { display: inline-block; max-width: 100% }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(10.5rem, 1fr)); gap: .75rem; margin: 1rem 0; padding: 0;
  list-style: none }
.tiles li { background: var(--shade); border-radius: 8px; padding: .7rem .9rem; color: var(--soft); font-size: .9rem }
.tiles b { display: block; font-size: 1.5rem; line-height: 1.3; font-weight: 650; white-space: nowrap; color: var(--ink) }
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
time, .whole { white-space: nowrap }
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
.plot rect:hover, .calendar g:hover rect { opacity: .7 }
.grid { stroke: var(--rule); stroke-width: 1px }
figcaption { display: flex; flex-wrap: wrap; justify-content: space-between; gap: .25rem 1rem; margin-bottom: .35rem }
.years svg { height: auto; max-width: 56rem; min-width: 34rem; margin-bottom: .4rem }
.years text { font-size: 8.5px; fill: var(--soft) }
.years .year { font-size: 10px; fill: var(--ink) }
.q0 { fill: var(--shade) } .q1 { fill: var(--q1) } .q2 { fill: var(--q2) } .q3 { fill: var(--q3) } .q4 { fill: var(--q4) }
.legend { font-size: .85rem; display: inline-flex; gap: .75rem; flex-wrap: wrap }
.legend i { display: inline-block; width: .75em; height: .75em; border-radius: 2px }
.legend .q1 { background: var(--q1) } .legend .q2 { background: var(--q2) }
.legend .q3 { background: var(--q3) } .legend .q4 { background: var(--q4) }
.trends { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(14rem, 40vw), 1fr)); gap: .5rem 1.5rem }
.trend { margin: .5rem 0 }
.trend svg { height: auto }
polyline { fill: none; stroke: var(--bar); stroke-width: 2 }
polygon { fill: var(--q1) }
.mark { stroke: var(--accent); stroke-width: 2; stroke-dasharray: 3 2 }
.marks { list-style: none; padding-left: .75rem; border-left: 3px solid var(--accent); font-size: .9rem }
.axis { display: flex; justify-content: space-between; gap: .5rem; font-size: .8rem; color: var(--soft); padding-left: 3rem }
.cite { background: var(--shade); padding: .75rem 1rem; border-radius: 6px; max-width: 48rem }
details { margin: .75rem 0 1.25rem }
summary { cursor: pointer; color: var(--link); font-size: .9rem; width: max-content; max-width: 100% }
@media (max-width: 30rem) {
  dl div { grid-template-columns: 1fr; gap: 0; padding: .35rem 0 }
  .axis span:nth-child(even):not(:last-child) { display: none }
}
@media print {
  :root { color-scheme: light; --page: #fff; --ink: #000; --soft: #444; --rule: #bbb; --shade: #f3f5f7; --link: #000;
    --bar: #2f6fb2; --bad: #a3170d; --warn: #fff4d6;
    --q1: #c9ddf1; --q2: #8fb8e0; --q3: #4a86c4; --q4: #1d4f8b; --accent: #b3541e }
  body { max-width: none; padding: 0; font-size: 10pt }
  nav { display: none }
  h2, h3, caption { break-after: avoid }
  tr, figure, dl div { break-inside: avoid }
  tr:has(ul) { break-inside: auto }
  .scroll { overflow: visible }
  table { font-size: 8pt }
  thead { display: table-header-group }
  .years svg { min-width: 0; break-inside: avoid }
  .calendar { break-inside: auto }
  rect, path, polygon, .legend i, .tiles li, .notes, .cite { print-color-adjust: exact; -webkit-print-color-adjust: exact }
}
"""
