// openid-client, as applications use it: discovery first, everything else from it.
import assert from 'node:assert/strict'
import test from 'node:test'
import * as client from 'openid-client'
import { addUser, agree, issuer, opens, register, user } from './gateway.mjs'

const redirectURI = 'http://127.0.0.1:9000/callback' // the library takes it from the address that the browser comes back to, without parameters
const options = { algorithm: 'oauth2', execute: [client.allowInsecureRequests] }
const styles = { Basic: client.ClientSecretBasic, 'the body': client.ClientSecretPost, none: undefined }

for (const [name, style] of Object.entries(styles)) {
  test(`all grants, secret in ${name}`, async () => {
    const { id, secret } = await register({ redirect_uri: redirectURI, public: !style })
    const config = await client.discovery(new URL(issuer), id, undefined, style ? style(secret) : client.None(), options)
    assert.equal(config.serverMetadata().issuer, issuer)

    const verifier = client.randomPKCECodeVerifier()
    const state = client.randomState()
    const url = client.buildAuthorizationUrl(config, {
      redirect_uri: redirectURI, scope: 'files:read', state, code_challenge: await client.calculatePKCECodeChallenge(verifier), code_challenge_method: 'S256',
    })
    const back = await agree(url)
    const checks = { pkceCodeVerifier: verifier, expectedState: state }
    await assert.rejects(client.authorizationCodeGrant(config, back, { ...checks, expectedState: 'other' }))
    const token = await client.authorizationCodeGrant(config, back, checks)
    assert.ok(await opens(token.access_token))
    await assert.rejects(client.authorizationCodeGrant(config, back, checks), { error: 'invalid_grant' })
    assert.ok(!(await opens(token.access_token)), 'the tokens of a code that came twice are alive')

    if (!style) {
      return
    }
    const own = await client.clientCredentialsGrant(config, { scope: 'files:read' })
    const read = await client.fetchProtectedResource(config, own.access_token, new URL(`${issuer}/files`), 'GET')
    assert.equal(read.status, 200)
    assert.equal((await client.tokenIntrospection(config, own.access_token)).active, true)
    await client.tokenRevocation(config, own.access_token)
    assert.equal((await client.tokenIntrospection(config, own.access_token)).active, false)

    await addUser()
    const ask = (password) => client.genericGrantRequest(config, 'password', { username: user.name, password, scope: 'files:read' })
    await assert.rejects(ask('wrong'), { error: 'invalid_grant' })
    const theirs = await ask(user.password)
    const fresh = await client.refreshTokenGrant(config, theirs.refresh_token)
    assert.ok(await opens(fresh.access_token))
  })
}
