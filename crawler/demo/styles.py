"""The sample site's three styles, one for each markup, named after the year in which a paper would have looked so.

Nothing in them is fetched from elsewhere but the tile of paper; names and wordmark are set by the style,
so that they add no text to the pages.
"""

_NAME = "Trang tin Điện tử Đảng bộ Thành phố Mẫu"

_2009 = """
body { margin: 0; background: #ece7dc url(/static/nen.png); color: #2b2522; font: 14px/1.6 Tahoma, Verdana, Arial, sans-serif }
table { font: inherit; color: inherit } /* which they are not by themselves in a page of that age */
a { color: #7c1d20; text-decoration: none }
a:hover { text-decoration: underline }
img { max-width: 100%%; height: auto }
form > table { width: 980px; max-width: 100%%; background: #fff; border: 1px solid #cfc4ae; border-top: 0 }
form > table > tbody > tr:nth-child(1) > td { background: linear-gradient(#8e2024, #6d1519); border-bottom: 3px solid #d9a648; padding: 12px 20px }
form > table > tbody > tr:nth-child(1) a { display: flex; align-items: center; gap: 16px; text-decoration: none }
form > table > tbody > tr:nth-child(1) a::after { content: "%(name)s"; color: #fbf3df; font: bold 25px/1.25 Georgia, "Times New Roman", serif }
form > table > tbody > tr:nth-child(1) img { width: 60px; border: 1px solid #d9a648 }
form > table > tbody > tr:nth-child(2) > td { background: #f6efe0; border-bottom: 1px solid #e2d6bd; padding: 6px 20px; color: #6b5d49; font-size: 12px }
form > table > tbody > tr:nth-child(2) input { width: 150px; margin-right: 12px; border: 1px solid #c9bb9e; padding: 2px 6px }
form > table > tbody > tr:nth-child(3) > td { background: #a1312f; padding: 0 12px }
td.menu a { display: block; padding: 9px 12px; color: #fff; font-weight: bold; font-size: 13px; white-space: nowrap }
td.menu a:hover { background: #7c1d20; text-decoration: none }
form > table > tbody > tr:nth-child(4) > td { padding: 18px 20px 28px }
form > table > tbody > tr:nth-child(4) > td + td { padding-left: 0 }
form > table > tbody > tr:nth-child(5) > td { background: #f6efe0; border-top: 3px solid #a1312f; padding: 16px; color: #6b5d49; font-size: 12px }
#ctl00_tblThongBao { width: 100%%; border-collapse: collapse; border: 1px solid #e2d6bd; background: #fdfaf3 }
#ctl00_tblThongBao td { padding: 8px 12px; border-bottom: 1px solid #efe6d3 }
#ctl00_tblThongBao tr:first-child td, #ctl00_cph_tblYKien tr:first-child td, #ctl00_cph_tblTinKhac tr:first-child td { background: #f3e7cf; border-left: 4px solid #a1312f; color: #7c1d20; font-size: 13px; text-transform: uppercase; letter-spacing: .03em; padding: 7px 12px }
td.duongdan { font-size: 12px; color: #9a8b74; padding-bottom: 10px; border-bottom: 1px dotted #cfc4ae }
span.tieude { display: block; margin: 12px 0 4px; font: bold 25px/1.3 Georgia, "Times New Roman", serif; color: #6d1519 }
span.ngay { color: #8a7c68; font-size: 12px }
td.noidung { padding-top: 10px; font-size: 15px; line-height: 1.7 }
td.noidung p { margin: 0 0 1em }
td.noidung > table { margin: 14px auto; border-collapse: collapse }
td.noidung > table[width] { background: #f6f1e6; border: 1px solid #e2d6bd }
td.noidung > table[width] td { padding: 5px; text-align: center }
td.noidung > table[width] img { display: block; width: 100%% }
td.noidung > table[border="1"] { border-color: #cfc4ae; width: 100%% }
td.noidung > table[border="1"] td { border: 1px solid #cfc4ae; padding: 6px 10px }
td.chuthich { font-size: 12.5px; font-style: italic; color: #5d5347 }
td.noidung blockquote { margin: 1em 24px; padding-left: 14px; border-left: 3px solid #d9a648; font-style: italic }
td.noidung object { display: block; width: 100%%; height: 300px; background: #3a302b }
#ctl00_cph_tblYKien, #ctl00_cph_tblTinKhac { width: 100%%; margin-top: 22px; border-collapse: collapse }
#ctl00_cph_tblYKien td, #ctl00_cph_tblTinKhac td { padding: 7px 12px; border-bottom: 1px dotted #ddd0b8 }
#ctl00_cph_tblYKien textarea { vertical-align: middle; width: 40%%; border: 1px solid #c9bb9e }
td.nhom { padding-bottom: 8px; border-bottom: 2px solid #a1312f; color: #7c1d20; font-size: 13px }
td.nhom b { display: block; font: bold 22px/1.3 Georgia, "Times New Roman", serif }
td.nhom a { margin-right: 10px }
td.nhom ~ td, tr:has(a.tin) td { padding: 12px 0; border-bottom: 1px dotted #cfc4ae; color: #4c433c }
tr:has(a.tin) img { float: left; width: 132px; margin: 2px 14px 4px 0; border: 1px solid #e2d6bd; padding: 2px; background: #fff }
a.tin { font-weight: bold; font-size: 15px }
a.trang { display: inline-block; margin: 14px 0 0 4px; padding: 3px 9px; border: 1px solid #cfc4ae; background: #f6efe0 }
@media (max-width: 760px) {
form > table, form > table > tbody, form > table > tbody > tr, form > table > tbody > tr > td { display: block; width: auto }
form > table > tbody > tr:nth-child(1) a::after { font-size: 18px }
form > table > tbody > tr:nth-child(1) img { width: 46px }
form > table > tbody > tr:nth-child(3) table tr { display: flex; flex-wrap: wrap }
form > table > tbody > tr:nth-child(4) > td { padding: 14px 16px }
form > table > tbody > tr:nth-child(4) > td + td { padding: 0 16px 20px }
td.noidung > table[width] { width: 100%% }
span.tieude { font-size: 22px }
tr:has(a.tin) img { width: 104px }
}
"""

_2015 = """
* { box-sizing: border-box }
body { margin: 0; background: #eef1f4; color: #26313b; font: 15px/1.6 "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif }
a { color: #1c4f78; text-decoration: none }
a:hover { color: #0f7c86 }
img { max-width: 100%%; height: auto; display: block }
.t1, .b1, .r1, .f { max-width: 1140px; margin: 0 auto; padding-left: 20px; padding-right: 20px }
.t1 { display: flex; align-items: center; gap: 20px; background: #fff; padding-top: 16px; padding-bottom: 16px }
.t1 > a { display: flex; align-items: center; gap: 14px; flex: 1 }
.t1 > a::after { content: "%(name)s"; color: #17415f; font-size: 20px; font-weight: 700; line-height: 1.25 }
.t1 img { width: 56px; border-radius: 50%% }
.t2, .t3 { color: #6d7b87; font-size: 13px }
.t3 a { margin-left: 10px }
.b1 { display: flex; flex-wrap: wrap; background: #17415f }
.b2 a { display: block; padding: 11px 16px; color: #fff; font-weight: 600; font-size: 14px }
.b2:first-child a { padding-left: 0 }
.b2 a:hover { color: #9fd6dc }
.r1 { display: grid; grid-template-columns: minmax(0, 1fr) 280px; gap: 28px; background: #fff; padding-top: 22px; padding-bottom: 36px }
.h { margin: 0 0 14px; padding: 0 0 7px; border-bottom: 2px solid #0f7c86; color: #17415f; font-size: 16px; font-weight: 700; line-height: 1.3; text-transform: uppercase; letter-spacing: .03em }
.c2 .h:not(:first-child), .c1 .h:not(:first-child) { margin-top: 28px }
.c2 > div:not(.h) { padding: 9px 0; border-bottom: 1px solid #e3e8ec; font-size: 14px; line-height: 1.4 }
.b9 { display: flex; gap: 12px }
.b9 a:first-child { flex: 0 0 84px }
.b9 img { width: 84px; height: 56px; object-fit: cover; border-radius: 3px }
.f { background: #17415f; color: #b9cbd8; padding-top: 20px; padding-bottom: 24px; font-size: 13px }
.m1 { display: grid; grid-template-columns: repeat(3, minmax(0, 1fr)); gap: 22px }
.tin { line-height: 1.35 }
.tin img { width: 100%%; aspect-ratio: 3 / 2; object-fit: cover; border-radius: 4px; margin-bottom: 9px }
.tin a { font-weight: 600 }
.tin p { margin: 5px 0 0; color: #5a6874; font-size: 13.5px; line-height: 1.5; display: -webkit-box; -webkit-box-orient: vertical; -webkit-line-clamp: 3; overflow: hidden }
.m1 .tin:first-child { grid-column: span 2; grid-row: span 2 }
.m1 .tin:first-child a { font-size: 24px; line-height: 1.25 }
.m1 .tin:first-child p { font-size: 15px; -webkit-line-clamp: 5 }
.m2 { display: grid; grid-template-columns: repeat(2, minmax(0, 1fr)); gap: 4px 28px }
.m4 { padding: 10px 0; border-bottom: 1px solid #e3e8ec }
.m4 h3 { margin: 0 0 4px; font-size: 15px }
.m4 h3 a { color: #0f7c86 }
.m4 p { margin: 4px 0; font-size: 14px; line-height: 1.45 }
.m3 { display: grid; grid-template-columns: repeat(2, minmax(0, 1fr)); gap: 18px 28px }
.m3 .tin { min-height: 76px }
.m3 .tin a:first-child img { float: left; width: 114px; margin: 0 14px 0 0 }
.m3 .tin p { -webkit-line-clamp: 2 }
.m5 { margin: 30px 0 0; padding-top: 14px; border-top: 1px solid #e3e8ec; font-size: 13.5px }
.m5 a { margin-right: 16px }
.p0 { display: flex; flex-wrap: wrap; font-size: 13px }
.p1:not(:first-child)::before { content: "›"; color: #a3afb9; padding: 0 8px }
.a1 { max-width: 760px }
.a2 h1, .c1 > h1, .g1 h1 { margin: 12px 0 8px; color: #17415f; font-size: 28px; line-height: 1.28 }
.d1 { color: #6d7b87; font-size: 13.5px }
.x1 { display: flex; align-items: center; gap: 14px; margin: 10px 0 16px; font-size: 13px }
.x1 img { width: 18px }
.s1 { margin: 0 0 16px; font-size: 17px; line-height: 1.5 }
.a1 > div > img, .a1 p > img, .a3 img { margin: 0 auto; border-radius: 4px }
.a1 > p[style*="center"], .a1 > div[style*="center"], .a3 > p[style*="center"], .a3 > div[style*="center"], .a1 p[align] { margin: 0 0 8px; color: #5a6874; font-size: 13.5px }
.a3 { font-size: 16.5px; line-height: 1.7 }
.a3 > p, .a3 > div { margin: 0 0 1em }
.a3 blockquote { margin: 1.2em 0; padding: 14px 20px; background: #f2f6f8; border-left: 4px solid #0f7c86 }
.a3 table { border-collapse: collapse; width: 100%%; margin: 0 0 1em; border: 0; font-size: 15px }
.a3 td { border: 1px solid #d5dde3; padding: 4px 10px }
.a3 td p { margin: 0 }
.v1 video { width: 100%%; aspect-ratio: 16 / 9; background: #22303b; border-radius: 4px }
.k1 { margin-top: 18px; font-size: 14px }
.k1 a { display: inline-block; margin: 0 4px 4px 0; padding: 2px 10px; background: #e8eff3; border-radius: 12px }
.y1, .n1 { max-width: 760px; margin-top: 28px }
.y1 > div:nth-child(2) { display: flex; flex-wrap: wrap; align-items: center; gap: 8px; margin-bottom: 12px }
.y1 input, .y1 textarea { border: 1px solid #cbd5dc; border-radius: 3px; padding: 7px 10px; font: inherit; font-size: 14px }
.y1 textarea { flex: 1 1 100%%; height: 64px }
.y1 button { padding: 7px 18px; border: 0; border-radius: 3px; background: #0f7c86; color: #fff; font: inherit }
.y2 { padding: 10px 0; border-top: 1px solid #e3e8ec }
.y2 span { margin-left: 10px; color: #8794a0; font-size: 12.5px }
.n2 { padding: 9px 0; border-bottom: 1px solid #e3e8ec; font-weight: 600; line-height: 1.4 }
.n3, .i3 { margin-top: 4px; color: #5a6874; font-weight: 400; font-size: 14px; line-height: 1.5 }
.g1 { margin-bottom: 8px; padding-bottom: 8px; border-bottom: 2px solid #0f7c86 }
.g1 a { display: inline-block; margin-right: 14px; font-size: 14px }
.i1 { padding: 16px 0; border-bottom: 1px solid #e3e8ec; overflow: hidden }
.i1 > a img { float: left; width: 190px; aspect-ratio: 3 / 2; object-fit: cover; margin-right: 18px; border-radius: 4px }
.i2 a { font-size: 17px; font-weight: 600; line-height: 1.35 }
.g2 a { display: inline-block; margin: 18px 6px 0 0; padding: 5px 13px; border: 1px solid #cbd5dc; border-radius: 3px }
@media (max-width: 820px) {
.r1 { grid-template-columns: minmax(0, 1fr) }
.t1 { flex-wrap: wrap; gap: 8px 16px }
.t1 > a { flex: 1 1 100%% }
.t1 > a::after { font-size: 17px }
.b2 a { padding: 9px 14px 9px 0 }
.m1, .m2, .m3 { grid-template-columns: minmax(0, 1fr) }
.m1 .tin:first-child { grid-column: auto; grid-row: auto }
.m1 .tin:not(:first-child) { overflow: hidden }
.m1 .tin:not(:first-child) a:first-child img { float: left; width: 114px; margin: 0 14px 0 0 }
.m1 .tin:not(:first-child) p { -webkit-line-clamp: 2 }
.m1 .tin:first-child a { font-size: 21px }
.a2 h1, .g1 h1 { font-size: 23px }
.i1 > a img { width: 112px; margin-right: 14px }
.i3 { display: -webkit-box; -webkit-box-orient: vertical; -webkit-line-clamp: 4; overflow: hidden }
}
"""

_2022 = """
* { box-sizing: border-box }
body { margin: 0 auto; max-width: 1180px; padding: 0 24px; display: grid; grid-template-columns: minmax(0, 1fr) 240px; column-gap: 64px; background: #fdfcfa; color: #1f1d1b; font: 18px/1.7 Charter, Georgia, "Noto Serif", "Times New Roman", serif }
a { color: inherit; text-decoration: none }
a:hover { color: #a3262b }
img { max-width: 100%%; height: auto; display: block }
body > header { grid-column: 1 / -1; display: flex; flex-wrap: wrap; align-items: center; gap: 8px 24px; padding: 22px 0 0; font: 14px/1.4 "Helvetica Neue", Arial, sans-serif; color: #6a645e }
body > header > a:first-child { display: flex; align-items: center; gap: 16px; flex: 1 1 100%%; justify-content: center }
body > header > a:first-child::after { content: "%(name)s"; color: #1f1d1b; font: 700 27px/1.2 Charter, Georgia, "Noto Serif", serif }
body > header img { width: 46px; border-radius: 6px }
body > header form { margin-left: auto }
body > header input { border: 0; border-bottom: 1px solid #bdb5ac; background: none; padding: 3px 2px; font: inherit; width: 150px }
body > header nav { flex: 1 1 100%%; border-top: 1px solid #1f1d1b; border-bottom: 3px double #1f1d1b }
body > header nav ul { display: flex; flex-wrap: wrap; justify-content: center; gap: 4px 34px; margin: 0; padding: 10px 0; list-style: none; color: #1f1d1b; font-weight: 600; letter-spacing: .02em }
main { max-width: 720px; padding: 26px 0 40px }
main > nav ol { display: flex; flex-wrap: wrap; margin: 0; padding: 0; list-style: none; font: 13px/1.5 "Helvetica Neue", Arial, sans-serif; color: #6a645e }
main > nav li:not(:first-child)::before { content: "/"; padding: 0 9px; color: #bdb5ac }
main > h1, article > header h1 { margin: 14px 0 10px; font-size: 36px; line-height: 1.22; letter-spacing: -.01em }
article > header time, p.date, p.tools { display: block; margin: 0; font: 14px/1.6 "Helvetica Neue", Arial, sans-serif; color: #6a645e }
p.tools { padding-bottom: 12px; border-bottom: 1px solid #e3ddd6; text-decoration: underline; text-underline-offset: 3px }
p.sapo { margin: 22px 0; font-size: 20px; line-height: 1.55 }
figure { margin: 26px 0 }
figure img { width: 100%% }
figcaption { margin-top: 8px; font: 14px/1.5 "Helvetica Neue", Arial, sans-serif; color: #6a645e }
div.content > p { margin: 0 0 1.1em }
div.content > h2 { margin: 1.6em 0 .5em; font-size: 23px; line-height: 1.3 }
blockquote { margin: 1.6em 0; padding-left: 24px; border-left: 3px solid #a3262b; font-size: 20px; font-style: italic }
div.content table { width: 100%%; margin: 1.4em 0; border-collapse: collapse; font: 15px/1.5 "Helvetica Neue", Arial, sans-serif }
div.content th, div.content td { padding: 8px 12px; border-bottom: 1px solid #e3ddd6; text-align: left }
div.content thead th { border-bottom: 2px solid #1f1d1b }
div.content li p { margin: 0 0 .4em }
div.content a { color: #a3262b; text-decoration: underline; text-underline-offset: 3px }
video { width: 100%%; aspect-ratio: 16 / 9; margin-bottom: 1.2em; background: #26221f }
p.author { margin-top: 1.4em; text-align: right }
section.tags { display: flex; align-items: baseline; gap: 14px; font: 14px/1.6 "Helvetica Neue", Arial, sans-serif }
section.tags h2 { margin: 0; font-size: 14px }
section.tags ul { display: flex; flex-wrap: wrap; gap: 8px; margin: 0; padding: 0; list-style: none }
section.tags a { padding: 2px 12px; border: 1px solid #d4ccc3; border-radius: 14px }
main > section > h2, aside h2 { margin: 44px 0 12px; padding-top: 12px; border-top: 2px solid #1f1d1b; font-size: 20px; line-height: 1.3 }
main > section > ul { margin: 0; padding: 0; list-style: none }
main > section > ul > li { padding: 12px 0; border-bottom: 1px solid #e3ddd6; font-size: 17px; line-height: 1.5 }
main > section h3 { margin: 0 0 6px; font-size: 20px; line-height: 1.35 }
main > section li p { margin: 0; color: #4d4843; font-size: 16px }
main > section small { color: #8a837b }
#binh-luan form { display: flex; flex-wrap: wrap; align-items: center; gap: 10px; font: 14px/1.5 "Helvetica Neue", Arial, sans-serif }
#binh-luan input, #binh-luan textarea { border: 1px solid #d4ccc3; background: #fff; padding: 7px 10px; font: inherit }
#binh-luan textarea { flex: 1 1 100%%; height: 72px }
#binh-luan button { padding: 8px 22px; border: 0; background: #1f1d1b; color: #fff; font: inherit }
main > a { margin-right: 18px; font-size: 16px; color: #a3262b }
article.item { display: flow-root; padding: 20px 0; border-bottom: 1px solid #e3ddd6 }
article.item img { float: right; width: 200px; aspect-ratio: 3 / 2; object-fit: cover; margin: 4px 0 8px 26px }
article.item h3 { margin: 0 0 6px; font-size: 22px; line-height: 1.3 }
article.item p { margin: 0; color: #4d4843; font-size: 16px; line-height: 1.6 }
nav.pagination ul { display: flex; flex-wrap: wrap; gap: 10px; margin: 24px 0 0; padding: 0; list-style: none; font: 15px/1.4 "Helvetica Neue", Arial, sans-serif }
nav.pagination a { display: block; padding: 7px 15px; border: 1px solid #1f1d1b }
aside { font: 15px/1.5 "Helvetica Neue", Arial, sans-serif }
aside h2 { margin-top: 40px; font: 700 17px/1.3 Charter, Georgia, "Noto Serif", serif }
aside ul { margin: 0; padding: 0; list-style: none }
aside li { padding: 8px 0; border-bottom: 1px solid #e3ddd6 }
body > footer { grid-column: 1 / -1; padding: 22px 0 34px; border-top: 3px double #1f1d1b; color: #6a645e; font: 13px/1.7 "Helvetica Neue", Arial, sans-serif; text-align: center }
body > footer p { margin: 0 }
@media (max-width: 860px) {
body { grid-template-columns: minmax(0, 1fr); padding: 0 18px; font-size: 17px }
body > header > a:first-child { justify-content: flex-start; gap: 12px }
body > header > a:first-child::after { font-size: 19px }
body > header nav ul { justify-content: flex-start; gap: 4px 20px }
main { padding-bottom: 12px }
main > h1, article > header h1 { font-size: 28px }
article.item img { width: 116px; margin-left: 16px }
article.item h3 { font-size: 19px }
}
"""

STYLES = {"2009": _2009, "2015": _2015, "2022": _2022}
"""Name → the style of `markup_table`, `markup_soup` and `markup_semantic`."""


def style(name: str) -> str:
    """A style as it is served."""
    return STYLES[name].lstrip() % {"name": _NAME}
