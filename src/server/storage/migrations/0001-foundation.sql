-- What Outcry knows about the database itself. Shared: no row belongs to a person.
-- :"app", :"engine", :"auth" and :"backup" stand for the logins, as psql's variables would.

GRANT USAGE ON SCHEMA public TO :"app", :"engine", :"auth", :"backup";

-- One value a name; `market` says whose prices these are, and no other market is let in.
CREATE TABLE meta (
  name  text PRIMARY KEY,
  value text NOT NULL
);

-- One writer a name. A transaction of a writer counts only under the epoch that it was given.
CREATE TABLE lease (
  name       text PRIMARY KEY,
  epoch      bigint NOT NULL CHECK (epoch > 0),
  holder     text NOT NULL,
  -- Milliseconds by this database's clock, the one that all who hold leases share.
  expires_at bigint NOT NULL
);

GRANT SELECT ON meta TO :"app", :"engine", :"auth", :"backup";
GRANT INSERT ON meta TO :"backup";
GRANT SELECT, UPDATE (expires_at) ON lease TO :"engine";
