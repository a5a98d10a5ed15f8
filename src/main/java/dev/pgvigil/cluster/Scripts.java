package dev.pgvigil.cluster;

import java.util.List;

/**
 * The protocol of replicas as scripts, each of which Redis runs without interruption. All times are those of Redis. Members expire 2
 * s after their latest beat. A token is a time in microseconds, and always greater than any token of that server before, also after
 * Redis has lost writes.
 *
 * @param members sorted set of replicas by expiry in milliseconds
 * @param epoch changes with the members
 * @param boot when these keys were created: for 3 s after that only owners claim, so that they can reassert what Redis lost
 * @param info hash of replicas to what they say of themselves
 * @param owners hash of servers to {@code replica|token}; without a replica: released
 * @param token the latest token
 * @param accepted hash of servers to the greatest token whose state was accepted
 */
record Scripts(String members, String epoch, String boot, String info, String owners, String token, String accepted) {

    static final int MOST_MEMBERS = 64;

    /** Arguments: replica, what it says of itself. Returns time, epoch, boot, members, and what they say of themselves. */
    static final Script BEAT = new Script("""
            local t = redis.call('TIME')
            local n = t[1] * 1000 + math.floor(t[2] / 1000)
            if redis.call('EXISTS', KEYS[3]) == 0 then redis.call('SET', KEYS[3], string.format('%.0f', n)) end
            for _, id in ipairs(redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', n)) do redis.call('HDEL', KEYS[4], id) end
            local changed = redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', n)
            if redis.call('ZSCORE', KEYS[1], ARGV[1]) or redis.call('ZCARD', KEYS[1]) < 64 then
              changed = changed + redis.call('ZADD', KEYS[1], n + 2000, ARGV[1])
              redis.call('HSET', KEYS[4], ARGV[1], ARGV[2])
            end
            if changed > 0 then redis.call('INCR', KEYS[2]) end
            return {n, tonumber(redis.call('GET', KEYS[2]) or '0'), tonumber(redis.call('GET', KEYS[3])),
              redis.call('ZRANGE', KEYS[1], 0, -1), redis.call('HGETALL', KEYS[4])}
            """);

    /**
     * Arguments: replica, then servers each with the token held, or 0. Returns for each server the token to hold; 0: it is not
     * this replica's; -1: its owner is gone, and is given time to come back because Redis has just lost its data.
     */
    static final Script CLAIM = new Script("""
            local t = redis.call('TIME')
            local us = t[1] * 1000000 + t[2]
            local n = math.floor(us / 1000)
            local id = ARGV[1]
            local function live(x)
              local s = x ~= '' and redis.call('ZSCORE', KEYS[1], x)
              return s and tonumber(s) > n
            end
            if not live(id) then return {} end
            local calm = n >= tonumber(redis.call('GET', KEYS[4]) or n) + 3000
            local out = {}
            for i = 2, #ARGV, 2 do
              local held = tonumber(ARGV[i + 1])
              local v = redis.call('HGET', KEYS[2], ARGV[i])
              local o, k = '', 0
              if v then
                local p = string.find(v, '|', 1, true)
                o = string.sub(v, 1, p - 1)
                k = tonumber(string.sub(v, p + 1))
              end
              local r = 0
              if held > 0 and held >= k and (o == id or held > k) then
                r = held
              elseif o == id or (calm and not live(o)) then
                r = math.max(us, k + 1, held + 1, tonumber(redis.call('GET', KEYS[3]) or '0') + 1)
                redis.call('SET', KEYS[3], string.format('%.0f', r))
              elseif not live(o) then
                r = -1
              end
              if r > 0 and (o ~= id or k ~= r) then
                redis.call('HSET', KEYS[2], ARGV[i], id .. '|' .. string.format('%.0f', r))
              end
              out[#out + 1] = r
            end
            return out
            """);

    /**
     * Arguments: replica, then servers each with the token held. What is released keeps its token: if it were deleted, an older
     * one could be reasserted.
     */
    static final Script RELEASE = new Script("""
            for i = 2, #ARGV, 2 do
              if redis.call('HGET', KEYS[1], ARGV[i]) == ARGV[1] .. '|' .. ARGV[i + 1] then
                redis.call('HSET', KEYS[1], ARGV[i], '|' .. ARGV[i + 1])
              end
            end
            return 1
            """);

    /** Argument: replica. */
    static final Script LEAVE = new Script("""
            redis.call('HDEL', KEYS[3], ARGV[1])
            if redis.call('ZREM', KEYS[1], ARGV[1]) > 0 then redis.call('INCR', KEYS[2]) end
            return 1
            """);

    /**
     * Keys: accepted tokens, head, parts. Arguments: server, token, head, then names of parts each with its content. Returns 1; 0 if
     * a newer owner has written already.
     */
    static final Script PUT = new Script("""
            local known = tonumber(redis.call('HGET', KEYS[1], ARGV[1]) or '0')
            if tonumber(ARGV[2]) < known then return 0 end
            if tonumber(ARGV[2]) > known then redis.call('HSET', KEYS[1], ARGV[1], ARGV[2]) end
            for i = 4, #ARGV, 2 do redis.call('HSET', KEYS[3], ARGV[i], ARGV[i + 1]) end
            if #ARGV > 3 then redis.call('PEXPIRE', KEYS[3], 7200000) end
            redis.call('SET', KEYS[2], ARGV[3], 'PX', 7200000)
            return 1
            """);

    /** @param fleet in braces, so that all keys of a fleet are in one slot of a cluster */
    static Scripts of(String fleet) {
        String prefix = "{pgv:" + fleet + "}:";
        return new Scripts(
                prefix + "m", prefix + "e", prefix + "boot", prefix + "i", prefix + "o", prefix + "t", prefix + "k");
    }

    List<String> beat() {
        return List.of(members, epoch, boot, info);
    }

    List<String> claim() {
        return List.of(members, owners, token, boot);
    }

    List<String> release() {
        return List.of(owners);
    }

    List<String> leave() {
        return List.of(members, epoch, info);
    }
}
