// client-oauth2 is old and widely used; it sends HTTP Basic raw.
import assert from 'node:assert/strict'
import test from 'node:test'
import ClientOAuth2 from 'client-oauth2'
import { addUser, agree, issuer, opens, redirectURI, register, user } from './gateway.mjs'

test('all grants', async () => {
  const { id, secret } = await register()
  const options = {
    clientId: id, clientSecret: secret, accessTokenUri: `${issuer}/oauth/token`, authorizationUri: `${issuer}/oauth/authorize`, redirectUri: redirectURI,
    scopes: ['files:read'],
  }
  const auth = new ClientOAuth2(options)

  const back = await agree(auth.code.getUri({ state: 's' }))
  const token = await auth.code.getToken(back.href, { state: 's' })
  assert.ok(await opens(token.accessToken))
  const fresh = await token.refresh()
  assert.ok(!(await opens(token.accessToken)))
  assert.ok(await opens(fresh.accessToken))
  await assert.rejects(auth.code.getToken(back.href, { state: 's' }), { code: 'EAUTH' })

  const own = await auth.credentials.getToken()
  assert.ok(await opens(own.accessToken))
  await assert.rejects(new ClientOAuth2({ ...options, clientSecret: secret + 'x' }).credentials.getToken(), { code: 'EAUTH' })

  await addUser()
  const theirs = await auth.owner.getToken(user.name, user.password)
  assert.ok(await opens(theirs.accessToken))
  await assert.rejects(auth.owner.getToken(user.name, 'wrong'), { code: 'EAUTH' })
})
