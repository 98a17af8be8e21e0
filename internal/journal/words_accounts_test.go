package journal

func wordsOfAccounts() map[string]string {
	return map[string]string{
		"id": `account.About.Account account.Grant.Worker account.Grant.Assistant account.Grant.Programmes account.Grant.Agreements
			account.Token.Token account.Token.Programmes account.Token.Agreements account.TokenRevoked.Token
			account.GrantRequested.By account.LinkRequested.By account.ResetRequested.By account.TokenRequested.By`,
		"code": `account.Grant.Role account.Token.Role account.RequestDecided.By account.RequestDecided.At account.SignedIn.Factor account.Refused.Why account.Refused.Hour`,
		"hash": `account.SignedIn.Device`,
		"sealed": `account.Created.Login account.Created.Name account.Created.Form account.Corrected.Login account.Corrected.Name account.Corrected.Form account.Corrected.Reason
			account.GrantRequested.Reason account.LinkRequested.OSUser account.ResetRequested.Code account.TokenRequested.Name account.RequestDecided.Reason
			account.GrantEnded.Reason account.LinkEnded.Reason account.Disabled.Reason account.Enabled.Reason account.Opened.Password account.PasswordChanged.Password
			account.FactorSet.Secret account.FactorSet.Recovery account.RecoveryIssued.Recovery account.TokenIssued.Name account.TokenIssued.Hash account.TokenRevoked.Reason`,
	}
}
