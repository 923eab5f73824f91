/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "http/outbound.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include "base/mem.h"

/* An address as 16 bytes, IPv4 as mapped; the first bits of them that count. */
struct network {
	uint8_t at[16];
	unsigned bits;
};

enum { NETWORKS_MAX = 256 };
struct outbound_net {
	bool any;
	struct network network[NETWORKS_MAX];
	size_t nnetwork;
	char *host[NETWORKS_MAX]; /* a leading dot: all below it */
	size_t nhost;
};

/* Link-local, and where clouds keep their machines' credentials. */
static const char *const never[] = { "169.254.0.0/16", "fe80::/10", "fd00:ec2::/32",
	"fd20:ce::254/128", "100.100.100.200/32", "168.63.129.16/32", "192.0.0.192/32" };

static bool
address_parse(const char *text, uint8_t out[16], bool *v4)
{
	static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };

	*v4 = inet_pton(AF_INET, text, out + 12) == 1;
	if (*v4)
		memcpy(out, mapped, sizeof mapped);
	return *v4 || inet_pton(AF_INET6, text, out) == 1;
}

/* ADDRESS or ADDRESS/BITS */
static bool
network_parse(struct span text, struct network *out)
{
	char name[INET6_ADDRSTRLEN];
	struct span address = span_cut(&text, '/');
	uint64_t bits = 0;
	bool v4, all = text.p == NULL || text.n == 0;

	if (address.n >= sizeof name || (!all && !span_u64(text, &bits)))
		return false;
	memcpy(name, address.p, address.n);
	name[address.n] = '\0';
	if (!address_parse(name, out->at, &v4))
		return false;
	if (all)
		bits = v4 ? 32 : 128;
	if (bits > (v4 ? 32u : 128u))
		return false;
	out->bits = (unsigned)bits + (v4 ? 96 : 0);
	return true;
}

static bool
network_has(const struct network *n, const uint8_t address[16])
{
	unsigned whole = n->bits / 8, rest = n->bits % 8;
	unsigned mask = 0xffu << (8 - rest);

	if (memcmp(n->at, address, whole) != 0)
		return false;
	return rest == 0 || ((n->at[whole] ^ address[whole]) & mask & 0xffu) == 0;
}

static bool
is_host(struct span name)
{
	for (size_t i = 0; i < name.n; i++) {
		char c = name.p[i];

		if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
			(c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_'))
			return false;
	}
	return name.n > 0 && name.n <= 255;
}

static enum err
entry_take(
    struct outbound_net *n, const char *setting, struct span one, struct fail *fail)
{
	if (n->nnetwork == NETWORKS_MAX || n->nhost == NETWORKS_MAX)
		return fail_msg(fail, E_CONFIG, "%s: more than %d entries; allowed: %d",
		    setting, NETWORKS_MAX, NETWORKS_MAX);
	if (span_is(one, "any")) {
		n->any = true;
		return OK;
	}
	if (network_parse(one, &n->network[n->nnetwork])) {
		n->nnetwork++;
		return OK;
	}
	if (!is_host(one))
		return fail_msg(fail, E_CONFIG,
		    "%s: '%.*s' is no network and no host; allowed: any, 10.0.0.0/8, "
		    "fd00::/8, hooks.local, .example.com",
		    setting, (int)one.n, one.p);
	n->host[n->nhost++] = mem_span(one);
	return OK;
}

enum err
outbound_net_new(
    struct outbound_net **out, const char *setting, const char *list, struct fail *fail)
{
	struct outbound_net *n = mem_zalloc(sizeof *n);
	struct span rest = span_str(list), one;
	enum err e = OK;

	while (e == OK && rest.n > 0) {
		one = span_trim(span_cut(&rest, ','));
		if (one.n > 0)
			e = entry_take(n, setting, one, fail);
	}
	if (e == OK)
		*out = n;
	else
		outbound_net_free(&n);
	return e;
}

void
outbound_net_free(struct outbound_net **net)
{
	struct outbound_net *n = *net;

	if (n == NULL)
		return;
	*net = NULL;
	for (size_t i = 0; i < n->nhost; i++)
		mem_free(n->host[i]);
	mem_free(n);
}

static bool
address_of(const struct sockaddr *to, uint8_t out[16])
{
	const struct sockaddr_in *in4 = (const void *)to;
	const struct sockaddr_in6 *in6 = (const void *)to;

	memset(out, 0, 16);
	if (to->sa_family == AF_INET) {
		out[10] = out[11] = 0xff;
		memcpy(out + 12, &in4->sin_addr, 4);
	} else if (to->sa_family == AF_INET6)
		memcpy(out, &in6->sin6_addr, 16);
	return to->sa_family == AF_INET || to->sa_family == AF_INET6;
}

/* Where translators find the IPv4 address that one of IPv6 stands for: NAT64 (RFC 6052,
 * 8215), SIIT, 6to4, and the compatible form of old. */
static const struct {
	const char *network;
	unsigned at;
} within[] = { { "64:ff9b::/96", 12 }, { "64:ff9b:1::/48", 12 },
	{ "::ffff:0:0:0/96", 12 }, { "2002::/16", 2 }, { "::/96", 12 } };

static bool
is_never(const uint8_t address[16])
{
	static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };
	struct network n;
	uint8_t v4[16];

	for (size_t i = 0; i < ARRAY_LEN(within); i++) {
		MUST(network_parse(span_str(within[i].network), &n));
		if (!network_has(&n, address))
			continue;
		memcpy(v4, mapped, sizeof mapped);
		memcpy(v4 + 12, address + within[i].at, 4);
		if (is_never(v4))
			return true;
	}
	for (size_t i = 0; i < ARRAY_LEN(never); i++) {
		MUST(network_parse(span_str(never[i]), &n));
		if (network_has(&n, address))
			return true;
	}
	return false;
}

static bool
host_allowed(const struct outbound_net *net, struct span host)
{
	for (size_t i = 0; i < net->nhost; i++) {
		struct span h = span_str(net->host[i]);

		if (span_ieq(host, h))
			return true;
		if (h.p[0] == '.' && host.n > h.n &&
		    span_ieq(span_from(host, host.n - h.n), h))
			return true;
	}
	return false;
}

bool
outbound_net_allows(
    const struct outbound_net *net, struct span host, const struct sockaddr *to)
{
	uint8_t address[16];

	/* Whatever is no address of the internet: a socket of this machine's. */
	if (!address_of(to, address) || is_never(address))
		return false;
	if (net == NULL || net->any || host_allowed(net, host))
		return true;
	for (size_t i = 0; i < net->nnetwork; i++)
		if (network_has(&net->network[i], address))
			return true;
	return false;
}
