package main

// starachowice is the centre of socially useful work, the integration clubs and the assistants.
func starachowice() map[string][]byte {
	files := map[string][]byte{}
	all := makePeople(source(1))
	writePeople(files, all)
	work := makeWork(source(2), all.workers)
	writeWork(files, work)
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
