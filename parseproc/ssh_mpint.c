#include "parseproc/ssh_mpint.h"

bool
ssh_mpint_get(struct wire_reader *r, struct span *number)
{
	const uint8_t *p;
	size_t n;

	*number = (struct span){ NULL, 0 };
	if (wire_get_string(r, &p, &n) != ERR_OK)
		return false;
	if (n == 0 || p[0] >= 0x80) /* zero, or negative */
		return false;
	if (p[0] == 0) {
		/* Only to keep the next byte from being a sign. */
		if (n == 1 || p[1] < 0x80)
			return false;
		p++;
		n--;
	}
	*number = (struct span){ p, n };
	return true;
}

size_t
ssh_mpint_bits(struct span number)
{
	size_t bits = number.len * 8;

	if (number.len == 0)
		return 0;
	for (unsigned top = number.p[0]; top < 0x80 && bits > 0; top <<= 1)
		bits--;
	return bits;
}
