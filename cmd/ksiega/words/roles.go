package words

import (
	"strings"

	"ksiega/domain/access"
)

// Role is what somebody is who acts in a role, in the grammatical gender of an account: k, m,
// or neither.
func Role(role access.Role, form string) string {
	three := map[access.Role][3]string{ // neither, k, m
		access.Caseworker:    {"praca socjalna", "pracownica socjalna", "pracownik socjalny"},
		access.Assistant:     {"asystentura", "asystentka", "asystent"},
		access.Outreach:      {"praca na ulicy", "streetworkerka", "streetworker"},
		access.Coordinator:   {"koordynacja", "koordynatorka", "koordynator"},
		access.Finance:       {"finanse", "finanse", "finanse"},
		access.Auditor:       {"audyt", "audytorka", "audytor"},
		access.Director:      {"dyrekcja", "dyrektorka", "dyrektor"},
		access.Officer:       {"inspektor ochrony danych", "inspektorka ochrony danych", "inspektor ochrony danych"},
		access.Administrator: {"administracja", "administratorka", "administrator"},
		access.Token:         {"program", "program", "program"},
		access.Visitor:       {"gość", "gość", "gość"},
		access.Machine:       {"użytkownik komputera", "użytkowniczka komputera", "użytkownik komputera"},
	}
	said, ok := three[role]
	switch {
	case !ok:
		return string(role)
	case form == "k":
		return said[1]
	case form == "m":
		return said[2]
	}
	return said[0]
}

// Roles are all that somebody acts in.
func Roles(who access.Who, form string) string {
	var all []string
	seen := map[access.Role]bool{}
	for _, g := range who.Grants {
		if !seen[g.Role] {
			seen[g.Role] = true
			all = append(all, Role(g.Role, form))
		}
	}
	return strings.Join(all, ", ")
}
