/**
 * A list of choices in an order (`data-slider`) becomes a slider: what each choice means is said below while it moves,
 * and its row is marked in the table that `data-slider` names. Without scripts the list stays.
 */
export function promiseSlider(root: HTMLElement): void {
  for (const list of root.querySelectorAll<HTMLSelectElement>('select[data-slider]')) slide(list)
}

function slide(list: HTMLSelectElement): void {
  const slider = document.createElement('input')
  Object.assign(slider, { type: 'range', className: 'form-range', min: '0', max: `${list.options.length - 1}` })
  slider.value = `${list.selectedIndex}` // before the list is hidden; the browser keeps both when a page is loaded again
  slider.id = list.id
  list.removeAttribute('id')
  list.hidden = true
  const told = document.createElement('output')
  told.className = 'slider-words'
  told.htmlFor.value = slider.id
  list.before(slider)
  list.after(told)

  const rows = document.querySelectorAll(`${list.dataset.slider} tbody tr`)
  const tell = () => {
    list.selectedIndex = Number(slider.value)
    told.textContent = list.selectedOptions[0]?.text ?? ''
    slider.setAttribute('aria-valuetext', told.textContent)
    rows.forEach((row, at) => row.classList.toggle('is-chosen', at === list.selectedIndex))
  }
  slider.addEventListener('input', tell)
  tell()
}
