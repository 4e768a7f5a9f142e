import { describe, expect, it } from '@jest/globals'
import { courtesyOf } from '../../../src/core/grammar/courtesy'
import { parse } from '../../../src/core/grammar/parse'

describe('what people say to be kind', () => {
  it.each(['hi', 'Hello!', ' hey there ', '/gpu hi', 'Good  morning.'])('%j greets', (text) => {
    expect(courtesyOf(text)).toBe('greeting')
  })

  it.each(['thanks', 'Thank you!!', 'thx', 'many thanks,'])('%j thanks', (text) => {
    expect(courtesyOf(text)).toBe('thanks')
  })

  it.each(['', 'help', 'hi list', 'thanks, release hv01/gpu0', 'hi\u200b', 'constructor', 'list'])(
    '%j is for the grammar',
    (text) => {
      expect(courtesyOf(text)).toBeNull()
    },
  )

  it('is no command', () => {
    expect(parse('hello').ok).toBe(false)
  })
})
