"""The bundled sample site: a small invented newspaper that behaves like the real one, served from loopback.

`truth` builds the site from a fixed seed and says, field by field, what a perfect parser finds on each page;
`compare` holds a parser's records against it;
`server` serves it over http and https under the real host names, chosen by the `Host` header.
Between the two stand three markups (`markup_table`, `markup_soup`, `markup_semantic`), which render the same articles
in three unlike ways, each with a look of its own (`styles`): pages of 2009, 2015 and 2022.
What all pages have round their matter is written once, in `frame`; `front` has the pages that are no article.
Photos are drawn at run time: `pictures` paints scenes on a `canvas`, `icons` small signs,
`jpeg` and `media` make files of them.
`planted` names the faults that are built in on purpose, and tells whether a crawl fell for one.

Nothing here is taken from the real site or from another paper.
People, wards, clubs and events are invented; the prose (`prose`, `phrases`,
`stories`) is put together from phrase lists.
The slug and id rules in `naming` are written anew from the site's description, not imported from the parser,
so that agreement between the two proves something.
"""
