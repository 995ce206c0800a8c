// oauth4webapi checks answers against the RFCs and refuses what is not right, content types and challenges included.
import assert from 'node:assert/strict'
import test from 'node:test'
import * as oauth from 'oauth4webapi'
import { agree, issuer, opens, redirectURI, register } from './gateway.mjs'

const insecure = { [oauth.allowInsecureRequests]: true } // http, on this machine

// RFC 8414 §3.1: the well-known part stands before the path of the issuer.
const response = await oauth.discoveryRequest(new URL(issuer), { algorithm: 'oauth2', ...insecure })
const as = await oauth.processDiscoveryResponse(new URL(issuer), response)

const styles = {
  Basic: (secret) => oauth.ClientSecretBasic(secret),
  'the body': (secret) => oauth.ClientSecretPost(secret),
}

async function codeFlow(client, auth) {
  const verifier = oauth.generateRandomCodeVerifier()
  const state = oauth.generateRandomState()
  const url = new URL(as.authorization_endpoint)
  url.search = new URLSearchParams({
    client_id: client.client_id, redirect_uri: redirectURI, response_type: 'code', scope: 'files:read', state,
    code_challenge: await oauth.calculatePKCECodeChallenge(verifier), code_challenge_method: 'S256',
  })
  const back = await agree(url)
  back.searchParams.delete('keep') // the client's own parameter of its redirect URI
  assert.throws(() => oauth.validateAuthResponse(as, client, back, 'another state'))
  const params = oauth.validateAuthResponse(as, client, back, state) // checks iss (RFC 9207) too, since the metadata promises it
  const answer = await oauth.authorizationCodeGrantRequest(as, client, auth, params, redirectURI, verifier, insecure)
  return oauth.processAuthorizationCodeResponse(as, client, answer)
}

test('metadata', () => {
  assert.equal(as.issuer, issuer)
  assert.deepEqual([...as.grant_types_supported].sort(), ['authorization_code', 'client_credentials', 'password', 'refresh_token'])
  assert.deepEqual(as.code_challenge_methods_supported, ['S256'])
  assert.equal(as.authorization_response_iss_parameter_supported, true)
  assert.deepEqual([...as.scopes_supported].sort(), ['files:read', 'files:write'])
  assert.ok(as.token_endpoint_auth_methods_supported.includes('client_secret_basic'))
})

for (const [name, style] of Object.entries(styles)) {
  test(`client credentials, secret in ${name}; introspect, revoke`, async () => {
    const { id, secret } = await register()
    const client = { client_id: id }
    const ask = async (auth, scope) => {
      const answer = await oauth.clientCredentialsGrantRequest(as, client, auth, { scope }, insecure)
      return oauth.processClientCredentialsResponse(as, client, answer)
    }
    await assert.rejects(ask(style(secret + 'x'), 'files:read'), (e) => e.error === 'invalid_client' || e.cause?.[0]?.scheme === 'basic')
    await assert.rejects(ask(style(secret), 'files:none'), { error: 'invalid_scope' })
    const token = await ask(style(secret), 'files:read')
    assert.equal(token.token_type, 'bearer')
    assert.equal(token.refresh_token, undefined)
    assert.equal(token.expires_in, 3600)

    const read = await oauth.protectedResourceRequest(token.access_token, 'GET', new URL(`${issuer}/files`), undefined, undefined, insecure)
    assert.equal(read.status, 200)
    const other = await ask(style(secret), 'files:write')
    await assert.rejects(
      oauth.protectedResourceRequest(other.access_token, 'GET', new URL(`${issuer}/files`), undefined, undefined, insecure),
      (e) => e instanceof oauth.WWWAuthenticateChallengeError && e.status === 403 && e.cause[0].parameters.error === 'insufficient_scope',
    )

    const introspect = async () => {
      const answer = await oauth.introspectionRequest(as, client, style(secret), token.access_token, insecure)
      return oauth.processIntrospectionResponse(as, client, answer)
    }
    const state = await introspect()
    assert.equal(state.active, true)
    assert.equal(state.client_id, id)
    assert.equal(state.scope, 'files:read')
    assert.equal(state.iss, issuer)
    await oauth.processRevocationResponse(await oauth.revocationRequest(as, client, style(secret), token.access_token, insecure))
    assert.deepEqual(await introspect(), { active: false })
    await assert.rejects(
      oauth.protectedResourceRequest(token.access_token, 'GET', new URL(`${issuer}/files`), undefined, undefined, insecure),
      (e) => e instanceof oauth.WWWAuthenticateChallengeError && e.status === 401 && e.cause[0].parameters.error === 'invalid_token',
    )
    await oauth.processRevocationResponse(await oauth.revocationRequest(as, client, style(secret), 'never issued', insecure))
  })

  test(`authorization code with PKCE and refresh, secret in ${name}`, async () => {
    const { id, secret } = await register()
    const client = { client_id: id }
    const token = await codeFlow(client, style(secret))
    assert.ok(await opens(token.access_token))
    const refresh = async (refreshToken) => {
      const answer = await oauth.refreshTokenGrantRequest(as, client, style(secret), refreshToken, insecure)
      return oauth.processRefreshTokenResponse(as, client, answer)
    }
    const second = await refresh(token.refresh_token)
    assert.ok(!(await opens(token.access_token)))
    assert.ok(await opens(second.access_token))
    const third = await refresh(second.refresh_token)
    await assert.rejects(refresh(token.refresh_token), { error: 'invalid_grant' })
    assert.ok(!(await opens(third.access_token)))
  })
}

test('a public client', async () => {
  const { id } = await register({ public: true })
  const client = { client_id: id }
  const token = await codeFlow(client, oauth.None())
  assert.ok(await opens(token.access_token))
  const answer = await oauth.refreshTokenGrantRequest(as, client, oauth.None(), token.refresh_token, insecure)
  const fresh = await oauth.processRefreshTokenResponse(as, client, answer)
  assert.ok(await opens(fresh.access_token))
  await oauth.processRevocationResponse(await oauth.revocationRequest(as, client, oauth.None(), fresh.refresh_token, insecure))
  assert.ok(!(await opens(fresh.access_token)))
})

test('the user does not agree', async () => {
  const { id } = await register()
  const denied = new URL(redirectURI)
  denied.search = new URLSearchParams({ error: 'access_denied', state: 's', iss: issuer })
  assert.throws(() => oauth.validateAuthResponse(as, { client_id: id }, denied, 's'), { error: 'access_denied' })
  // What the gateway itself refuses comes in the same form.
  const url = new URL(as.authorization_endpoint)
  url.search = new URLSearchParams({ client_id: id, redirect_uri: redirectURI, response_type: 'code', scope: 'files:none', state: 's' })
  const answer = await fetch(url, { redirect: 'manual' })
  assert.equal(answer.status, 302)
  const back = new URL(answer.headers.get('location'))
  assert.throws(() => oauth.validateAuthResponse(as, { client_id: id }, back, 's'), { error: 'invalid_scope' })
})
