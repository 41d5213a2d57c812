const PREFIX = 'citygrid-device '
let used = ''

/** The id under which the server knows this phone in the hands of the account that uses it; "" while it does not. */
export const deviceId = (): string => (used && localStorage.getItem(PREFIX + used)) ?? ''

/** Work with the id of an account, if it has one here. */
export const useDevice = (account: string): void => void (used = account)

/** The id that the server has taken. */
export const keepDevice = (id: string): void => localStorage.setItem(PREFIX + used, id)

/** Forget the ids of all accounts. */
export function forgetDevices(): void {
  used = ''
  for (const name of Object.keys(localStorage)) if (name.startsWith(PREFIX)) localStorage.removeItem(name)
}
