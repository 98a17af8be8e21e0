package journal

func wordsOfProgrammes() map[string]string {
	return map[string]string{
		"id": `programme.Programme.ID setting.Changed.Setting`,
		"code": `cap.Condition.Fact cap.Condition.Value cap.Terms.Counts cap.Terms.Per cap.Terms.Period programme.Dictionary.Field
			programme.Dictionary.Words programme.Durability.Anchor programme.Durability.Service programme.EditionRecorded.Origin
			programme.Group.ID programme.Indicator.ID programme.Indicator.Measure programme.Indicator.Unit programme.Of.Contract
			programme.Of.Effect programme.Of.Group programme.Of.Kind programme.Of.Outcome programme.Of.State
			programme.Programme.Contracts programme.Programme.Outcomes programme.Rate.Edition programme.Rate.Regime
			programme.Service.ID programme.Service.Kind programme.StatuteRecorded.Origin programme.Stay.Kind setting.Changed.Value`,
		"public": `cap.Terms.Source programme.EditionRecorded.Hash programme.Group.Name programme.Indicator.Name programme.Of.Topic
			programme.Programme.Name programme.Programme.Organiser programme.Programme.Partners programme.Programme.Source
			programme.Rate.Citation programme.Rate.Note programme.Service.Name programme.Service.Organiser
			programme.StatuteRecorded.Hash`,
		"sealed": `programme.EditionRecorded.Reason setting.Changed.Reason`,
	}
}
