/** The address of the page as a QR code, to take it along to another device; drawn here, nobody else is asked. */
export async function qr(root: HTMLElement): Promise<void> {
  for (const place of root.querySelectorAll<HTMLElement>('[data-qr]')) {
    const { default: encode } = await import('qr')
    const image = new Image(160, 160)
    image.alt = place.dataset.qr!
    image.src = `data:image/svg+xml,${encodeURIComponent(encode(location.href, 'svg'))}`
    place.replaceChildren(image)
  }
}
