package main

// starachowice is the centre of socially useful work, the integration clubs and the assistants.
func starachowice() map[string][]byte {
	files := map[string][]byte{}
	all := makePeople(source(1))
	writePeople(files, all)
	work := makeWork(source(2), all.workers)
	writeWork(files, work)
	files["program_psu.yaml"], files["program_psu-2019.yaml"] = []byte(referred), []byte(afterReferred)
	writeStatements(files, work)
	care := makeCare(source(3), all.assisted)
	writeContracts(files, work, care)
	care.writeSubstitute(files)
	writeVisits(files, care)
	writeDurability(files)
	writePersonalAssistants(files, source(5))
	writeClubPeople(files, source(6), all.assisted)
	writeStarachowiceClasses(files)
	writeCases(files)
	return files
}

// referred is socially useful work as the agreement of 2018 has it: ten people.
const referred = `# Umowa zawarta 06.02.2018 z PUP: prace społecznie użyteczne dziesięciu osób od 08.02 do 31.12.2018.
id: psu
od: 2018-02-08
name: Prace społecznie użyteczne
source: "001"
contracts: [psu]
indicators:
  - {id: skierowani, name: Osoby skierowane, unit: osoby, target: 10, measure: people, of: {contract: psu}}
`

// afterReferred is the same once that agreement is over: nobody promised how many.
const afterReferred = `# Po umowie z 2018 roku: nikt nie umówił się z PUP, ile osób skieruje, więc wskaźnik nie ma celu.
id: psu
od: 2019-01-01
name: Prace społecznie użyteczne
source: "001"
contracts: [psu]
indicators:
  - {id: skierowani, name: Osoby skierowane, unit: osoby, measure: people, of: {contract: psu}}
`
