package commands_test

import (
	"ksiega/commands"
)

func everyWordOfStatements() []sheet {
	return []sheet{
		{"wyciag.sta", ":20:1\n:25:PL61109010140000071219812874\n:28C:5/1\n:60F:C180501PLN0,00\n" +
			":61:1805020502CN48,60NTRFNONREF//1\n:86:020~00UZNANIE~20Zwrot od Zofii Wróbel~32PUP\n:62F:C180502PLN48,60\n-\n"},
	}
}

func refusedOfStatements() []sent {
	return []sent{
		sentBy(commands.MatchLine{Statement: "x", Line: 1, Claim: "W/1"}, (*commands.Ledger).MatchLine),
		sentBy(commands.UnmatchLine{Statement: "x", Line: 1, Claim: "W/1", Reason: "x"}, (*commands.Ledger).UnmatchLine),
	}
}
