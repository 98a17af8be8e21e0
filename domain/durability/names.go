package durability

import "ksiega/domain"

// Names is the project.
func (e ObligationOpened) Names() []domain.Name { return projectName(e.Project) }

// Names are the project and, where there is one, the number of the statement.
func (s Statement) Names() []domain.Name {
	return append(projectName(s.Project), domain.Name{Field: "number", ID: s.Number})
}

// Names are the project and the request; an answer names a request that is recorded.
func (e ServiceRequested) Names() []domain.Name {
	return append(projectName(e.Project), domain.Name{Field: "number", ID: e.Request})
}

func projectName(project string) []domain.Name {
	return []domain.Name{{Field: "project", ID: project, Stream: true}}
}
