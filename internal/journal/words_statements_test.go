package journal

func wordsOfStatements() map[string]string {
	return map[string]string{
		"id": `statement.LineBooked.Statement statement.LineMatched.Claim statement.LineMatched.Statement statement.MatchUndone.Claim
			statement.MatchUndone.Statement statement.Received.Account statement.Received.Number statement.Received.Statement`,
		"code":   `statement.LineMatched.Reason statement.MatchUndone.Reason`,
		"sealed": `statement.LineBooked.Account statement.LineBooked.Counterparty statement.LineBooked.Title`,
	}
}
