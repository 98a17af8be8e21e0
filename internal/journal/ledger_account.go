package journal

import "ksiega/domain/account"

// ofAccounts are those of whoever uses the ledger, and how they came in.
func ofAccounts() []Kind {
	decision := WayBack{Corrected: itself, Withdrawn: "account.grant-ended, account.link-ended, account.token-revoked", While: "nothing", Page: accounts}
	asked := func(by string) WayBack {
		return WayBack{Corrected: itself, Withdrawn: "account.request-decided: not allowed; " + by, While: "nothing", Page: accounts}
	}
	owner := WayBack{Corrected: byLater, Withdrawn: itself, Page: ownAccount}
	return []Kind{
		KindOf[account.Created]().back(WayBack{Corrected: "account.corrected", Withdrawn: "account.disabled", While: "it is the last administrator's", Page: accounts}),
		KindOf[account.Corrected]().back(WayBack{Corrected: byLater, Withdrawn: itself, Page: accounts}),
		KindOf[account.GrantRequested]().back(asked("account.grant-ended")),
		KindOf[account.LinkRequested]().back(asked("account.link-ended")),
		KindOf[account.ResetRequested]().back(asked("a later one takes its place")),
		KindOf[account.TokenRequested]().back(asked("account.token-revoked")),
		KindOf[account.RequestDecided]().back(decision),
		KindOf[account.Acknowledged]().back(WayBack{Corrected: itself, Withdrawn: itself, NoPage: noWay}),
		KindOf[account.GrantEnded]().back(WayBack{Corrected: "account.grant-requested, anew", Withdrawn: itself, Page: accounts}),
		KindOf[account.LinkEnded]().back(WayBack{Corrected: "account.link-requested, anew", Withdrawn: itself, NoPage: atTheMachine}),
		KindOf[account.Disabled]().back(WayBack{Corrected: "account.enabled", Withdrawn: itself, Page: accounts}),
		KindOf[account.Enabled]().back(WayBack{Corrected: "account.disabled", Withdrawn: "account.disabled", While: "it is the last administrator's", Page: accounts}),
		KindOf[account.Opened]().back(owner),
		KindOf[account.PasswordChanged]().back(owner),
		KindOf[account.FactorSet]().back(owner),
		KindOf[account.RecoveryUsed]().back(WayBack{Corrected: "account.recovery-issued", Withdrawn: itself, Page: ownAccount}),
		KindOf[account.RecoveryIssued]().back(owner),
		KindOf[account.SessionsEnded]().back(WayBack{Corrected: itself, Withdrawn: itself, NoPage: noWay}),
		KindOf[account.TokenIssued]().back(WayBack{Corrected: "a new one", Withdrawn: "account.token-revoked", While: "nothing", Page: ownAccount}),
		KindOf[account.TokenRevoked]().back(WayBack{Corrected: "account.token-issued, anew", Withdrawn: itself, Page: ownAccount}),
		KindOf[account.SignedIn]().back(WayBack{Corrected: itself, Withdrawn: itself, NoPage: noWay}),
		KindOf[account.Refused]().back(WayBack{Corrected: itself, Withdrawn: itself, NoPage: noWay}),
	}
}
