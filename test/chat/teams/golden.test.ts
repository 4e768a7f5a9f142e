import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { renderTeams } from '../../../src/chat/teams/render'
import { goldenTests } from '../golden'
import { JONAS, MAYA, NOTICES } from '../notices'
import { show } from './official'

const NAMES: Readonly<Record<string, string>> = { [MAYA]: 'Maya Lind', [JONAS]: 'Jonas Berg' }
const render = (notice: (typeof NOTICES)[string]) => renderTeams(notice, (account) => NAMES[account] ?? null)

goldenTests(join(__dirname, 'golden'), render)

describe('Microsoft’s renderer', () => {
  const cards = Object.entries(NOTICES).map(([name, notice]) => ({ name, card: render(notice).card }))
  const screens = show(cards)

  test.each(cards.map((each, at) => ({ ...each, screen: screens[at]! })))(
    'knows every part of $name as this version of the schema has it',
    ({ card, screen }) => {
      const { msteams, ...known } = card

      expect(screen.complaints).toEqual([])
      expect(screen.understood).toEqual(known)
      expect(msteams).toEqual({ width: 'Full' })
    },
  )
})
