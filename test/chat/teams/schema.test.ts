import { describe, expect, test } from '@jest/globals'
import { everyPost } from '../posts'
import { show } from './official'

describe('Microsoft’s renderer', () => {
  const cards = everyPost().map(({ name, teams: { card } }) => ({ name, card }))
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
