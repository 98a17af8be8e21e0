package journal

func wordsOfDurability() map[string]string {
	return map[string]string{
		"id": `durability.Demand.Project durability.Demand.Request durability.FactWithdrawn.Number durability.FactWithdrawn.Project
			durability.Obligation.Project durability.Statement.Number durability.Statement.Project`,
		"code":    `durability.FactWithdrawn.Kind durability.Obligation.Anchor`,
		"hash":    `durability.NoticePublished.ContentHash`,
		"address": `durability.Address.URL`,
		"sealed": `durability.Address.Query durability.FactWithdrawn.Reason durability.Obligation.Derivation
			durability.ServiceRefused.Reason durability.ServiceRequested.Description durability.ServiceStarted.Description
			durability.Statement.Description`,
	}
}
