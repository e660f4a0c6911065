"""The first markup: tables in upper case, as ASP.NET pages of 2009 were, with `<br><br>` between paragraphs.

Captions stand in two-row tables under their photos, sub-headings are bold lines, the byline is the last bold line.
"""

from crawler.demo.frame import Setting, related, shell
from crawler.demo.model import Photo, Piece, SampleArticle
from crawler.demo.parts import (
    CALENDAR,
    COMMENTS_HEAD,
    COMMENTS_TOTAL,
    crumbs,
    esc,
    long_day,
    numeric,
    printed_date,
    printed_edit,
    tag_href,
    typed,
)
from crawler.demo.truth import SampleSite

SETTING = Setting(
    page="""<!DOCTYPE HTML PUBLIC "-//W3C//DTD HTML 4.01 Transitional//EN">
<HTML><HEAD><META HTTP-EQUIV="Content-Type" CONTENT="text/html; charset=utf-8">
<META NAME="viewport" CONTENT="width=device-width">
<TITLE>{title} - {name}</TITLE>
<LINK REL="stylesheet" TYPE="text/css" HREF="/static/2009.css"><LINK REL="shortcut icon" HREF="/favicon.ico">{head}
<SCRIPT TYPE="text/javascript" SRC="/static/site.js"></SCRIPT></HEAD>
<BODY BGCOLOR="#FFFFFF"><FORM NAME="aspnetForm" METHOD="post" ACTION="/tim-kiem" ID="aspnetForm">
<INPUT TYPE="hidden" NAME="__VIEWSTATE" ID="__VIEWSTATE" VALUE="/wEPDwUK{state}">
<TABLE WIDTH="980" ALIGN="center" CELLPADDING="0" CELLSPACING="0">
<TR><TD COLSPAN="2"><A HREF="/"><IMG SRC="/static/logo.png" ALT="{name}" BORDER="0"></A></TD></TR>
<TR><TD><SPAN ID="ctl00_lblNgay">{clock}</SPAN></TD>
<TD ALIGN="right"><INPUT NAME="q" TYPE="text" SIZE="12"><A HREF="https://icpv.thanhuytphcm.vn/dang-nhap">Đăng nhập</A></TD></TR>
<TR><TD COLSPAN="2"><TABLE><TR>{menu}</TR></TABLE></TD></TR>
<TR><TD WIDTH="720" VALIGN="top">{main}</TD>
<TD WIDTH="260" VALIGN="top"><TABLE ID="ctl00_tblThongBao"><TR><TD><B>{notices_head}</B></TD></TR>{notices}</TABLE></TD></TR>
<TR><TD COLSPAN="2" ALIGN="center">{foot}</TD></TR></TABLE></FORM></BODY></HTML>
""",
    clock=long_day,
    menu_link='<TD CLASS="menu"><A HREF="{href}">{text}</A></TD>',
    notice='<TR><TD><A HREF="{href}">{text}</A></TD></TR>',
    foot_line="{text}",
    foot_break="<BR>",
    listing='<TABLE><TR><TD CLASS="nhom"><B>{title}</B> {more}</TD></TR>{rows}<TR><TD ALIGN="right">{links}</TD></TR></TABLE>',
    row='<TR><TD><A HREF="{href}">{photo}</A><A HREF="{href}" CLASS="tin">{title}</A><BR>{text}</TD></TR>\n',
    row_photo='<IMG SRC="{photo}" ALT="{title}" WIDTH="120">',
    no_rows="<TR><TD>Chưa có tin.</TD></TR>",
    page_link='<A HREF="{href}" CLASS="trang">{text}</A>',
    page_break=" ",
    related='<TABLE ID="ctl00_cph_tblTinKhac"><TR><TD><B>{head}</B></TD></TR>{rows}</TABLE>',
    related_row='<TR><TD>&bull; <A HREF="{href}">{text}</A> ({day})</TD></TR>\n',
    related_whole='<TR><TD>&bull; <A HREF="{href}">{text}</A> ({day})<BR>{whole}</TD></TR>\n',
)


def article(site: SampleSite, page: SampleArticle) -> str:
    """One article's page."""
    path = " &raquo; ".join(f'<A HREF="{href}">{esc(text)}</A>' for href, text in crumbs(site, page))
    date = printed_date(page)
    dated = f'<TR><TD><SPAN ID="ctl00_cph_lblNgayDang" CLASS="ngay">{date}</SPAN></TD></TR>' if date else ""
    edit = printed_edit(page)
    edited = f'<TR><TD><SPAN CLASS="ngay">{edit}</SPAN></TD></TR>' if edit else ""
    photo = _photo(page.lead_photo) if page.lead_photo else ""
    lead = f'<B><SPAN ID="ctl00_cph_lblTrichDan">{typed(page.lead, False)}</SPAN></B><BR><BR>' if page.lead else ""
    byline = f'<DIV ALIGN="right"><STRONG>{esc(page.byline.printed)}</STRONG></DIV>' if page.byline else ""
    tags = ", ".join(f'<A HREF="{tag_href(tag)}">{esc(tag)}</A>' for tag in page.tags)
    tagged = f"<TR><TD>Từ khóa: {tags}</TD></TR>" if tags else ""
    video = f'<OBJECT DATA="https://images.hcmcpv.org.vn{page.video}" WIDTH="640"></OBJECT><BR>' if page.video else ""
    main = f"""<TABLE ID="ctl00_cph_tblChiTiet" WIDTH="100%"><TR><TD CLASS="duongdan">{path}</TD></TR>
<TR><TD><SPAN ID="ctl00_cph_lblTieuDe" CLASS="tieude">{esc(page.title)}</SPAN></TD></TR>{dated}{edited}
<TR><TD><A HREF="{page.path}?print=1" TARGET="_blank"><IMG SRC="/static/in.png" ALT="Bản in" WIDTH="16" HEIGHT="16"> Bản in</A>
<A HREF="{CALENDAR}"><IMG SRC="/static/lich.png" ALT="Lịch" WIDTH="16" HEIGHT="16"></A></TD></TR>
<TR><TD ID="ctl00_cph_tdNoiDung" CLASS="noidung">{photo}{lead}{video}{_body(page)}{byline}</TD></TR>{tagged}</TABLE>
{_comments(page)}{related(SETTING, site, page)}"""
    return shell(SETTING, site, page.title, main)


def _body(page: SampleArticle) -> str:
    """Paragraphs by `<BR><BR>`, of every second article by `<P>`."""
    split = page.id % 2 == 0
    out: list[str] = []
    for piece in page.pieces:
        text = numeric(piece.text) if page.id % 3 == 0 else typed(piece.text, page.debris)
        match piece.kind:
            case "paragraph":
                out.append(
                    f"{text}<BR><BR>\n"
                    if split
                    else f'<P CLASS="MsoNormal" STYLE="text-align: justify">{text}<o:p></o:p></P>\n'
                )
            case "heading":
                bold = text if piece.bare else f"<B>{text}</B>"
                out.append(f"{bold}<BR><BR>\n" if split else f"<P>{bold}</P>\n")
            case _:
                out.append(_other(piece, text))
        if page.debris and not split:
            out.append("<P>&nbsp;</P>\n")
    return "".join(out)


def _other(piece: Piece, text: str) -> str:
    match piece.kind:
        case "quote":
            return f"<BLOCKQUOTE>{text}</BLOCKQUOTE>\n"
        case "list":
            return "<UL>" + "".join(f"<LI>{esc(item)}" for item in piece.items) + "</UL>\n"
        case "table":
            rows = "".join("<TR>" + "".join(f"<TD>{esc(cell)}</TD>" for cell in row) + "</TR>" for row in piece.rows)
            return f'<TABLE BORDER="1" CELLPADDING="4">{rows}</TABLE>\n'
        case "file":
            return f'<P><A HREF="https://images.hcmcpv.org.vn{piece.href}">{text}</A></P>\n'
    assert piece.photo is not None
    return _photo(piece.photo)


def _photo(photo: Photo) -> str:
    alt = f' ALT="{esc(photo.alt)}"' if photo.alt is not None else ""
    caption = f'<TR><TD ALIGN="center" CLASS="chuthich">{esc(photo.caption)}</TD></TR>' if photo.caption else ""
    return (
        f'<TABLE ALIGN="center" WIDTH="480"><TR><TD><IMG SRC="{photo.url}"{alt}'
        f' BORDER="0"></TD></TR>{caption}</TABLE>\n'
    )


def _comments(page: SampleArticle) -> str:
    rows = "".join(
        f"<TR><TD><B>{esc(comment.name)}</B> ({comment.when})<BR>{esc(comment.text)}</TD></TR>"
        for comment in page.comments
    )
    total = "" if page.comment_count is None else f": {page.comment_count}"
    return f"""<TABLE ID="ctl00_cph_tblYKien"><TR><TD><B>{COMMENTS_HEAD}</B></TD></TR>
<TR><TD>Họ tên <INPUT NAME="ten" TYPE="text"> Nội dung <TEXTAREA NAME="noidung" ROWS="4"></TEXTAREA>
<IMG SRC="/captcha.aspx" ALT="captcha" WIDTH="90"><IMG SRC="/static/refresh.png" ALT="refresh">
<INPUT TYPE="button" VALUE="Gửi"></TD></TR>{rows}
<TR><TD>{COMMENTS_TOTAL}{total}</TD></TR></TABLE>
"""
