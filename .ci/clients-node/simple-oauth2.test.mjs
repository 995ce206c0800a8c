// simple-oauth2 encodes HTTP Basic in two ways: strict, form-encoded as RFC 6749 has it, and loose, raw as many servers want it.
import assert from 'node:assert/strict'
import test from 'node:test'
import { AuthorizationCode, ClientCredentials, ResourceOwnerPassword } from 'simple-oauth2'
import { addUser, agree, gateway, oddSecret, opens, redirectURI, register, user } from './gateway.mjs'

for (const options of [
  { authorizationMethod: 'header', credentialsEncodingMode: 'strict' },
  { authorizationMethod: 'header', credentialsEncodingMode: 'loose' },
  { authorizationMethod: 'body', bodyFormat: 'form' },
  { authorizationMethod: 'body', bodyFormat: 'json' },
]) {
  test(`all grants, ${Object.values(options).join(' ')}`, async () => {
    const { id, secret } = await register({ secret: oddSecret.replace(/[^ -~]/g, '') }) // the library takes printable ASCII only
    const conf = {
      client: { id, secret }, options,
      auth: { tokenHost: gateway, tokenPath: '/files-api/oauth/token', revokePath: '/files-api/oauth/revoke' },
    }
    const web = new AuthorizationCode({ ...conf, auth: { ...conf.auth, authorizePath: '/files-api/oauth/authorize' } })
    const back = await agree(web.authorizeURL({ redirect_uri: redirectURI, scope: ['files:read', 'files:write'], state: 's' }))
    assert.equal(back.searchParams.get('state'), 's')
    assert.equal(back.searchParams.get('keep'), '1')
    const token = await web.getToken({ code: back.searchParams.get('code'), redirect_uri: redirectURI })
    assert.ok(await opens(token.token.access_token))
    assert.ok(!token.expired())
    const fresh = await token.refresh()
    assert.ok(!(await opens(token.token.access_token)))
    assert.ok(await opens(fresh.token.access_token))
    await fresh.revokeAll()
    assert.ok(!(await opens(fresh.token.access_token)))
    await assert.rejects(fresh.refresh(), (e) => e.data.payload.error === 'invalid_grant')

    const own = await new ClientCredentials(conf).getToken({ scope: 'files:read' })
    assert.ok(await opens(own.token.access_token))
    await assert.rejects(new ClientCredentials({ ...conf, client: { id, secret: secret + 'x' } }).getToken({}), (e) => e.output.statusCode === 401)

    await addUser()
    const owner = new ResourceOwnerPassword(conf)
    const theirs = await owner.getToken({ username: user.name, password: user.password, scope: 'files:read' })
    assert.ok(await opens(theirs.token.access_token))
    await assert.rejects(owner.getToken({ username: user.name, password: 'wrong' }), (e) => e.data.payload.error === 'invalid_grant')
  })
}
