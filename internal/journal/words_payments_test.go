package journal

func wordsOfPayments() map[string]string {
	return map[string]string{
		"id":     `payment.About.Agreement payment.About.Contract payment.About.List payment.About.Participant payment.About.Programme`,
		"sealed": `payment.Withdrawn.Reason`,
	}
}
