/* SPDX-License-Identifier: Apache-2.0 */
/* Rules of documents, between their table (doc_rules.c), what tables cannot say
 * (doc_check.c) and the walk over both (doc.c). */
#ifndef DOC_PRIV_H
#define DOC_PRIV_H

#include "model/doc.h"

enum rule_type { RULE_TEXT, RULE_WORD, RULE_NUMBER, RULE_BOOL, RULE_NODE };

/* One element inside another. Lists of rules end with a nameless one. */
struct doc_rule {
	const char *name;
	uint8_t type; /* enum rule_type */
	uint8_t min;
	uint16_t max; /* how often; 0 is no limit */
	/* WORD: the words allowed; BOOL: what stands for an absent one, or NULL */
	const char *words;
	const struct doc_rule *in; /* NODE */
};

/* Has it that document's root and elements? */
bool doc_well_formed(enum doc d, const struct xml_node *root);
/* NULL: cannot be put. */
const struct doc_rule *doc_rules(enum doc d);
/* Behind the rules: what AWS refuses in a well-formed document. */
NODISCARD enum err doc_check(enum doc d, const struct xml_node *root, struct span id,
    struct doc_text *out, struct fail *fail);
NODISCARD enum err doc_check_tags(
    const struct xml_node *set, const char *system_text, struct fail *fail);

/* For a part that was given none, as AWS makes them: a UUID in base64. */
struct span doc_make_id(struct arena *a);

#endif
