/** What a person does on the page and sees there, by names and words. */
import type { Locator, Page } from 'playwright-core'

export type Pane = 'Slack' | 'Teams' | 'Fleet'
export type Chat = Exclude<Pane, 'Fleet'>

export const pane = (page: Page, name: Pane): Locator => page.getByRole('region', { name, exact: true })

export const become = (page: Page, person: 'Maya' | 'Jonas' | 'Priya'): Promise<void> =>
  page
    .getByRole('group', { name: 'You are' })
    .getByRole('button', { name: new RegExp(`^${person}`) })
    .click()

/** In Teams the mention takes the place of `/gpu`. */
export const types = async (page: Page, chat: Chat, command: string): Promise<void> => {
  const box = pane(page, chat).getByRole('textbox')
  await box.fill(chat === 'Slack' ? `/gpu ${command}` : command)
  await box.press('Enter')
}

/** A channel or a conversation, by its whole name; how much in it is unread may follow. */
export const opens = (page: Page, chat: Chat, name: string): Promise<void> =>
  pane(page, chat)
    .getByRole('navigation')
    .getByRole('button', { name: new RegExp(`^${name}( \\d+ unread)?$`) })
    .click()

/** The newest message, or post with its replies, that says this. */
export const message = (page: Page, chat: Chat, words: string | RegExp): Locator =>
  pane(page, chat).getByRole('log').getByRole('listitem').filter({ hasText: words }).last()

export const sees = (page: Page, chat: Chat, words: string | RegExp): Promise<void> =>
  message(page, chat, words).waitFor()

/** Slack asks in a dialog, Teams in the card. */
export const approves = async (page: Page, chat: Chat, words: string | RegExp): Promise<void> => {
  const approve = message(page, chat, words).getByRole('button', { name: /^Approve/ })
  await approve.first().click()
  if (chat === 'Slack')
    await page
      .getByRole('dialog')
      .getByRole('button', { name: /^Approve/ })
      .click()
  else await approve.nth(1).click()
}

type Misfortune = 'Host' | 'Next time' | 'By hand' | 'A VM'
const line = (page: Page, name: Misfortune): Locator =>
  pane(page, 'Fleet').getByRole('group', { name, exact: true })

/** Chooses in one line of the drawer of misfortunes, in the order of its boxes. */
export const chooses = async (page: Page, name: Misfortune, ...choices: readonly string[]): Promise<void> => {
  for (const [at, label] of choices.entries())
    await line(page, name).getByRole('combobox').nth(at).selectOption({ label })
}

export const presses = (page: Page, name: Misfortune, button: string): Promise<void> =>
  line(page, name).getByRole('button', { name: button }).click()

/** Waits until the fleet shows the GPU of hv01 so. */
export const isShown = (page: Page, slot: string, where: string): Promise<void> =>
  page
    .getByRole('article', { name: 'Host hv01' })
    .getByRole('listitem')
    .filter({ hasText: slot })
    .filter({ hasText: where })
    .waitFor()
