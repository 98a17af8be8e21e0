package journal

func wordsOfErasures() map[string]string {
	return map[string]string{
		"id":     `erasure.Left.ID erasure.Ordered.Register erasure.Ordered.Subject erasure.Subject.ID`,
		"code":   `erasure.Left.Field erasure.Left.Kind erasure.Ordered.Ground erasure.Ordered.Kind erasure.Subject.Kind`,
		"sealed": `erasure.Ordered.Reason`,
	}
}
