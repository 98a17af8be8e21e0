package bankfile

import "ksiega/commands/charset"

// decode makes text of the bytes of a statement. CP852 wins a tie: the banks' own
// descriptions of the format name it.
func decode(raw []byte) (string, error) {
	return charset.Decode(raw, charset.DOS, charset.Windows, charset.ISO)
}
