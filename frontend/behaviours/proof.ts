const BATCH = 512

/**
 * Past the limit of an address a form comes back with a challenge: this browser does the work by itself, and sends the
 * form again. Where it cannot (no secure context), the words of the page stand: wait, nothing typed is lost.
 */
export function proof(root: HTMLElement): void {
  const given = root.querySelector<HTMLElement>('[data-challenge]')
  const form = given?.closest('form')
  if (!given || !form || !crypto.subtle) return
  given.hidden = false
  void solve(given.dataset.challenge!).then((found) => {
    const field = form.elements.namedItem('proof') as HTMLInputElement
    field.value = found
    form.requestSubmit()
  })
}

/** The challenge, a dot, and the first number with which the SHA-256 has the zero bits in front that it asks for. */
export async function solve(challenge: string): Promise<string> {
  const bits = Number(challenge.split('.')[0])
  const encoder = new TextEncoder()
  for (let first = 0; ; first += BATCH) {
    const proofs = Array.from({ length: BATCH }, (_, at) => `${challenge}.${first + at}`)
    const hashes = await Promise.all(proofs.map((one) => crypto.subtle.digest('SHA-256', encoder.encode(one))))
    const at = hashes.findIndex((hash) => zeros(new Uint8Array(hash)) >= bits)
    if (at >= 0) return proofs[at]!
  }
}

function zeros(hash: Uint8Array): number {
  const at = hash.findIndex((byte) => byte > 0)
  return at < 0 ? hash.length * 8 : at * 8 + Math.clz32(hash[at]!) - 24
}
