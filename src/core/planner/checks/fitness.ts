/** Whether the GPU is fit to be lent, as one check beside the others. */
import { endsOf, quarantineWords, type Quarantine } from '../../inventory/quarantine'
import { about, type Check } from './check'

/** That it is not there at all, the check of its place says. */
export const fitness = (quarantine: Quarantine | null): Check => {
  const check = about('quarantine', 'Quarantine')
  const [cause, ...others] = quarantine?.causes.filter(({ by }) => by !== 'absence') ?? []
  if (!quarantine || !cause) return check.pass('It is in none')
  const told = { ...quarantine, causes: [cause, ...others] } as const
  return check.fail(quarantineWords(told), `Choose another GPU (\`list --free\`). ${endsOf(told)}`)
}
