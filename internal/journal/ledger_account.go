package journal

import "ksiega/domain/account"

// ofAccounts are those of whoever uses the ledger, and how they came in.
func ofAccounts() []Kind {
	decision := WayBack{itself, "account.grant-ended, account.link-ended, account.token-revoked", "nothing", "", ""}
	asked := func(by string) WayBack {
		return WayBack{itself, "account.request-decided: not allowed; " + by, "nothing", "", ""}
	}
	owner := WayBack{byLater, itself, "", "", ""}
	return []Kind{
		KindOf[account.Created]().back(WayBack{"account.corrected", "account.disabled", "it is the last administrator's", "", ""}),
		KindOf[account.Corrected]().back(WayBack{byLater, itself, "", "", ""}),
		KindOf[account.GrantRequested]().back(asked("account.grant-ended")),
		KindOf[account.LinkRequested]().back(asked("account.link-ended")),
		KindOf[account.ResetRequested]().back(asked("a later one takes its place")),
		KindOf[account.TokenRequested]().back(asked("account.token-revoked")),
		KindOf[account.RequestDecided]().back(decision),
		KindOf[account.Acknowledged]().back(WayBack{itself, itself, "", "", ""}),
		KindOf[account.GrantEnded]().back(WayBack{"account.grant-requested, anew", itself, "", "", ""}),
		KindOf[account.LinkEnded]().back(WayBack{"account.link-requested, anew", itself, "", "", ""}),
		KindOf[account.Disabled]().back(WayBack{"account.enabled", itself, "", "", ""}),
		KindOf[account.Enabled]().back(WayBack{"account.disabled", "account.disabled", "it is the last administrator's", "", ""}),
		KindOf[account.Opened]().back(owner),
		KindOf[account.PasswordChanged]().back(owner),
		KindOf[account.FactorSet]().back(owner),
		KindOf[account.RecoveryUsed]().back(WayBack{"account.recovery-issued", itself, "", "", ""}),
		KindOf[account.RecoveryIssued]().back(owner),
		KindOf[account.SessionsEnded]().back(WayBack{itself, itself, "", "", ""}),
		KindOf[account.TokenIssued]().back(WayBack{"a new one", "account.token-revoked", "nothing", "", ""}),
		KindOf[account.TokenRevoked]().back(WayBack{"account.token-issued, anew", itself, "", "", ""}),
		KindOf[account.SignedIn]().back(WayBack{itself, itself, "", "", ""}),
		KindOf[account.Refused]().back(WayBack{itself, itself, "", "", ""}),
	}
}
