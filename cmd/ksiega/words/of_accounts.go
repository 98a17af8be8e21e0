package words

import (
	"ksiega/commands"
	"ksiega/domain/access"
	"ksiega/domain/account"
)

// ofAccounts are the refusals of accounts and of signing in.
func ofAccounts() []sentence {
	return []sentence{
		{account.ErrUnknown, "Sprawdź konto: takiego nie ma."},
		{account.ErrThere, "Wyślij ponownie: konto o tym numerze już jest."},
		{account.ErrLogin, "Podaj inny login: od 3 do 64 znaków, małe litery bez polskich znaków, cyfry, kropka, podkreślenie i łącznik, na początku litera lub cyfra."},
		{account.ErrTaken, "Podaj inny login: ten ma już inne konto."},
		{account.ErrNoName, "Podaj imię i nazwisko osoby, która będzie używać konta."},
		{account.ErrOwn, "Poproś innego administratora: nikt nie poszerza własnych uprawnień ani nie odnawia własnego dostępu."},
		{account.ErrRole, "Podaj inną rolę: {0} nie nadaje się tutaj."},
		{account.ErrJoins, "Załóż osobne konto: tych ról nie łączy się w jednym ({0}[, {1}])."},
		{account.ErrLimits, "Popraw zakres roli {0}: pracownik socjalny i streetworker mają identyfikator pracownika, asystent – asystenta, koordynator – programy albo wszystkie, audytor – programy, porozumienia albo wszystkie."},
		{account.ErrPeriod, "Popraw dni: ostatni nie może leżeć przed pierwszym, audytor i klucz programu muszą mieć ostatni dzień (klucz najdalej za rok), a administrator nie może go mieć."},
		{account.ErrRequest, "Odśwież listę: takiej prośby już nie ma albo jest inna ({0})."},
		{account.ErrDecided, "Odśwież listę: o tej prośbie już zdecydowano ({0})."},
		{account.ErrOwnRequest, "Poproś kogoś innego: nie decyduje ten, kto prosił, ani ten, kogo prośba dotyczy ({0})."},
		{account.ErrNoDirector, "Poproś dyrektora: o prośbach decyduje konto z jego rolą ({0})."},
		{account.ErrLast, "Najpierw nadaj rolę administratora innemu kontu, którego ktoś używa: {0} jest ostatnim."},
		{account.ErrFirst, "Daj pierwszemu kontu rolę administratora: tylko on założy następne."},
		{account.ErrAdministered, "Poproś administratora: odkąd ktoś nim jest, tylko on zakłada konta."},
		{account.ErrErased, "Załóż nowe konto: dane konta {0} usunięto."},
		{account.ErrProof, "Zaloguj się jeszcze raz: w tej chwili zmieniono hasło albo kody zapasowe tego konta."},
		{account.ErrIssued, "Poproś o nowy klucz: ten już wydano, a pokazuje się go raz."},
		{access.ErrUnlinked, "Poproś administratora o połączenie użytkownika systemu {0} z kontem (ksiega account link): bez tego wiersz poleceń robi tylko to, co nikogo nie pokazuje."},
		{commands.ErrNotYours, "Opuść --role albo podaj rolę, którą masz: konto użytkownika systemu {0} nie ma dziś roli {1}."},
		{commands.ErrForm, "Wybierz formę: k (wpisała), m (wpisał) albo zostaw puste."},
		{commands.ErrOSUser, "Podaj nazwę użytkownika systemu: jedno słowo bez odstępów."},
		{account.ErrDisabled, "Najpierw włącz konto: {0} jest wyłączone."},
		{account.ErrNotOpened, "Najpierw niech właściciel ustawi hasło kodem: konta {0} nikt jeszcze nie używa."},
		{account.ErrCode, "Poproś administratora o nowy kod: ten jest błędny, był już użyty albo minęła jego godzina."},
		{account.ErrUsed, "Użyj innego kodu zapasowego: tego już użyto."},
		{account.ErrStep, "Poczekaj na następny kod z aplikacji: tego już użyto."},
		{account.ErrLinked, "Podaj innego użytkownika systemu: ten działa już jako inne konto."},
		{account.ErrToken, "Sprawdź klucz: to konto takiego nie ma."},
		{account.ErrSample, "Użyj konta swojego ośrodka: {0} jest przykładowe, więc obok prawdziwych kont nic nie może ani nie łączy się z użytkownikiem systemu."},
		{commands.ErrSampleOver, "Zaloguj się kontem swojego ośrodka (pierwsze zakłada ksiega account add): w księdze jest już więcej niż przykładowe centra, więc przykładowe konta nikogo nie wpuszczają."},
		{account.ErrWider, "Zawęź klucz: nie może pozwalać na więcej niż konto, ani różnić się od tego, o który proszono ({0})."},
	}
}
