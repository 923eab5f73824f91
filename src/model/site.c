/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "model/site.h"

#include "codec/uri.h"
#include "codec/xml.h"

enum { CODE_DEFAULT = 301 };

static unsigned
number(struct span v, unsigned absent)
{
	uint64_t n;

	return span_u64(v, &n) && n < 1000 ? (unsigned)n : absent;
}

static void
rule_parse(const struct xml_node *node, struct site_rule *out)
{
	const struct xml_node *when = xml_child(node, "Condition"),
			      *to = xml_child(node, "Redirect");

	*out = (struct site_rule){ .code = CODE_DEFAULT };
	if (when != NULL) {
		out->prefix = xml_text(when, "KeyPrefixEquals");
		out->error = number(xml_text(when, "HttpErrorCodeReturnedEquals"), 0);
	}
	if (to == NULL)
		return;
	out->protocol = xml_text(to, "Protocol");
	out->host = xml_text(to, "HostName");
	out->replace_prefix = xml_text(to, "ReplaceKeyPrefixWith");
	out->replace_key = xml_text(to, "ReplaceKeyWith");
	out->code = number(xml_text(to, "HttpRedirectCode"), CODE_DEFAULT);
}

static void
rules_parse(struct arena *a, const struct xml_node *rules, struct site *out)
{
	const struct xml_node *r;
	size_t n = 0;

	for (r = xml_child(rules, "RoutingRule"); r != NULL;
	     r = xml_next(r, "RoutingRule"))
		n++;
	out->rule = arena_array(a, n, sizeof *out->rule);
	for (r = xml_child(rules, "RoutingRule"); r != NULL;
	     r = xml_next(r, "RoutingRule"))
		rule_parse(r, &out->rule[out->nrule++]);
}

enum err
site_parse(struct arena *a, struct span inner, struct site *out)
{
	const struct xml_node *all, *node;
	struct xml_node *root;
	struct buf text = { 0 };
	struct site s = { 0 };
	enum err e;

	xml_open(&text, "Site");
	buf_span(&text, inner);
	xml_close(&text, "Site");
	e = xml_parse(a, arena_span(a, buf_view(&text)), &root, NULL);
	buf_fini(&text);
	if (e != OK)
		return E_CORRUPT;
	all = xml_child(root, "RedirectAllRequestsTo");
	if (all != NULL) {
		s.redirects_all = true;
		s.all = (struct site_rule){ .code = CODE_DEFAULT,
			.protocol = xml_text(all, "Protocol"),
			.host = xml_text(all, "HostName") };
	}
	node = xml_child(root, "IndexDocument");
	if (node != NULL)
		s.index = xml_text(node, "Suffix");
	node = xml_child(root, "ErrorDocument");
	if (node != NULL)
		s.error_key = xml_text(node, "Key");
	node = xml_child(root, "RoutingRules");
	if (node != NULL)
		rules_parse(a, node, &s);
	if (!s.redirects_all && s.index.n == 0)
		return E_CORRUPT;
	*out = s;
	return OK;
}

const struct site_rule *
site_rule_find(const struct site *s, struct span key, unsigned error)
{
	for (size_t i = 0; i < s->nrule; i++)
		if (s->rule[i].error == error && span_starts(key, s->rule[i].prefix))
			return &s->rule[i];
	return NULL;
}

static void
put_clean(struct buf *out, struct span s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] > ' ' && s.p[i] < 0x7f)
			buf_char(out, s.p[i]);
}

void
site_location(struct buf *out, const struct site_rule *r, struct span key,
    struct span scheme, struct span host, struct span query)
{
	put_clean(out, r->protocol.n > 0 ? r->protocol : scheme);
	buf_str(out, "://");
	put_clean(out, r->host.n > 0 ? r->host : host);
	buf_char(out, '/');
	if (r->replace_key.p != NULL)
		uri_encode(out, r->replace_key, true);
	else if (r->replace_prefix.p != NULL) {
		uri_encode(out, r->replace_prefix, true);
		uri_encode(out, span_from(key, r->prefix.n), true);
	} else
		uri_encode(out, key, true);
	if (query.n > 0) {
		buf_char(out, '?');
		put_clean(out, query);
	}
}
