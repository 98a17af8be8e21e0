package account

import "ksiega/domain/access"

// NeedsFactor says whether nobody acts in a role by a password alone: the roles that see
// people, and so all but those that see aggregates or accounts.
func NeedsFactor(role access.Role) bool {
	return role != access.Director && role != access.Administrator
}
