-- What people trade, and what came of it. Money is numeric(28,8), read without floats; times are
-- UTC milliseconds. Keys are made of what happened, so that nothing can be stored twice.

CREATE TABLE strategies (
  user_id      bigint NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  id           bigint GENERATED ALWAYS AS IDENTITY,
  name         text NOT NULL CHECK (char_length(name) BETWEEN 1 AND 100),
  symbol       text NOT NULL CHECK (symbol ~ '^[A-Z0-9]{3,24}$'),
  timeframe    text NOT NULL CHECK (timeframe IN ('1m', '5m', '15m', '1h', '4h', '1d')),
  kind         text NOT NULL CHECK (kind IN ('catalogue', 'custom')),
  -- Which built-in strategy it was made from.
  catalogue_id text CHECK (char_length(catalogue_id) BETWEEN 1 AND 100),
  -- Rules and risk settings.
  definition   jsonb NOT NULL,
  is_enabled   boolean NOT NULL,
  -- False while its rules cannot be run yet; such a strategy never trades and says so.
  is_runnable  boolean NOT NULL,
  created_at   bigint NOT NULL CHECK (created_at >= 0),
  updated_at   bigint NOT NULL CHECK (updated_at >= created_at),
  PRIMARY KEY (user_id, id),
  UNIQUE (user_id, name, symbol, timeframe),
  CHECK ((kind = 'catalogue') = (catalogue_id IS NOT NULL))
);

-- What happened to a strategy in a minute, in order.
CREATE TABLE facts (
  user_id     bigint NOT NULL,
  strategy_id bigint NOT NULL,
  open_time   bigint NOT NULL CHECK (open_time >= 0 AND open_time % 60000 = 0),
  ordinal     integer NOT NULL CHECK (ordinal >= 0),
  -- The order of all facts of a user, without a gap, given by their one writer.
  seq         bigint NOT NULL CHECK (seq > 0),
  kind        text NOT NULL,
  payload     jsonb NOT NULL,
  PRIMARY KEY (user_id, strategy_id, open_time, ordinal),
  UNIQUE (user_id, seq),
  FOREIGN KEY (user_id, strategy_id) REFERENCES strategies (user_id, id) ON DELETE CASCADE
);

-- The ledger, double entry: the amounts of a fact and asset add up to zero.
CREATE TABLE postings (
  user_id     bigint NOT NULL,
  strategy_id bigint NOT NULL,
  open_time   bigint NOT NULL,
  ordinal     integer NOT NULL,
  line        integer NOT NULL CHECK (line >= 0),
  account     text NOT NULL,
  asset       text NOT NULL,
  amount      numeric(28,8) NOT NULL,
  PRIMARY KEY (user_id, strategy_id, open_time, ordinal, line),
  FOREIGN KEY (user_id, strategy_id, open_time, ordinal)
    REFERENCES facts (user_id, strategy_id, open_time, ordinal) ON DELETE CASCADE
);

CREATE TABLE open_positions (
  user_id        bigint NOT NULL,
  strategy_id    bigint NOT NULL,
  symbol         text NOT NULL,
  side           text NOT NULL CHECK (side IN ('long', 'short')),
  quantity       numeric(28,8) NOT NULL CHECK (quantity > 0),
  entry_time     bigint NOT NULL CHECK (entry_time >= 0),
  entry_price    numeric(28,8) NOT NULL CHECK (entry_price > 0),
  entry_fee      numeric(28,8) NOT NULL CHECK (entry_fee >= 0),
  -- Null where the strategy has none.
  stop_price     numeric(28,8) CHECK (stop_price > 0),
  target_price   numeric(28,8) CHECK (target_price > 0),
  PRIMARY KEY (user_id, strategy_id),
  FOREIGN KEY (user_id, strategy_id) REFERENCES strategies (user_id, id) ON DELETE CASCADE
);

-- A strategy has one position at a time and enters at most once a minute.
CREATE TABLE completed_trades (
  user_id     bigint NOT NULL,
  strategy_id bigint NOT NULL,
  entry_time  bigint NOT NULL CHECK (entry_time >= 0),
  exit_time   bigint NOT NULL CHECK (exit_time >= entry_time),
  symbol      text NOT NULL,
  timeframe   text NOT NULL,
  side        text NOT NULL CHECK (side IN ('long', 'short')),
  quantity    numeric(28,8) NOT NULL CHECK (quantity > 0),
  entry_price numeric(28,8) NOT NULL CHECK (entry_price > 0),
  exit_price  numeric(28,8) NOT NULL CHECK (exit_price > 0),
  fees        numeric(28,8) NOT NULL CHECK (fees >= 0),
  net_profit  numeric(28,8) NOT NULL,
  exit_reason text NOT NULL CHECK (exit_reason IN ('exit_signal', 'take_profit', 'stop_loss',
                'trailing_stop', 'max_time', 'liquidation', 'manual')),
  PRIMARY KEY (user_id, strategy_id, entry_time),
  FOREIGN KEY (user_id, strategy_id) REFERENCES strategies (user_id, id) ON DELETE CASCADE
);
CREATE INDEX completed_trades_by_exit ON completed_trades (user_id, exit_time);

-- Cash plus position at market, once a day.
CREATE TABLE equity_marks (
  user_id     bigint NOT NULL,
  strategy_id bigint NOT NULL,
  marked_at   bigint NOT NULL CHECK (marked_at >= 0),
  equity      numeric(28,8) NOT NULL,
  PRIMARY KEY (user_id, strategy_id, marked_at),
  FOREIGN KEY (user_id, strategy_id) REFERENCES strategies (user_id, id) ON DELETE CASCADE
);

ALTER TABLE strategies ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE facts ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE postings ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE open_positions ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE completed_trades ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE equity_marks ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;

CREATE POLICY tenant ON strategies
  USING (user_id = nullif(current_setting('app.user_id', true), '')::bigint)
  WITH CHECK (user_id = nullif(current_setting('app.user_id', true), '')::bigint);
CREATE POLICY tenant ON facts
  USING (user_id = nullif(current_setting('app.user_id', true), '')::bigint)
  WITH CHECK (user_id = nullif(current_setting('app.user_id', true), '')::bigint);
CREATE POLICY tenant ON postings
  USING (user_id = nullif(current_setting('app.user_id', true), '')::bigint)
  WITH CHECK (user_id = nullif(current_setting('app.user_id', true), '')::bigint);
CREATE POLICY tenant ON open_positions
  USING (user_id = nullif(current_setting('app.user_id', true), '')::bigint)
  WITH CHECK (user_id = nullif(current_setting('app.user_id', true), '')::bigint);
CREATE POLICY tenant ON completed_trades
  USING (user_id = nullif(current_setting('app.user_id', true), '')::bigint)
  WITH CHECK (user_id = nullif(current_setting('app.user_id', true), '')::bigint);
CREATE POLICY tenant ON equity_marks
  USING (user_id = nullif(current_setting('app.user_id', true), '')::bigint)
  WITH CHECK (user_id = nullif(current_setting('app.user_id', true), '')::bigint);

-- The engine trades for everybody.
CREATE POLICY engine ON strategies TO :"engine" USING (true) WITH CHECK (true);
CREATE POLICY engine ON facts TO :"engine" USING (true) WITH CHECK (true);
CREATE POLICY engine ON postings TO :"engine" USING (true) WITH CHECK (true);
CREATE POLICY engine ON open_positions TO :"engine" USING (true) WITH CHECK (true);
CREATE POLICY engine ON completed_trades TO :"engine" USING (true) WITH CHECK (true);
CREATE POLICY engine ON equity_marks TO :"engine" USING (true) WITH CHECK (true);

CREATE POLICY backup ON strategies TO :"backup" USING (true) WITH CHECK (true);
CREATE POLICY backup ON facts TO :"backup" USING (true) WITH CHECK (true);
CREATE POLICY backup ON postings TO :"backup" USING (true) WITH CHECK (true);
CREATE POLICY backup ON open_positions TO :"backup" USING (true) WITH CHECK (true);
CREATE POLICY backup ON completed_trades TO :"backup" USING (true) WITH CHECK (true);
CREATE POLICY backup ON equity_marks TO :"backup" USING (true) WITH CHECK (true);

-- A person writes strategies and reads the rest, which only the engine writes.
GRANT SELECT, INSERT, DELETE, UPDATE (name, symbol, timeframe, kind, catalogue_id, definition,
  is_enabled, is_runnable, updated_at) ON strategies TO :"app";
GRANT SELECT ON facts, postings, open_positions, completed_trades, equity_marks TO :"app";
-- New people get their first strategies in the transaction that makes them.
GRANT SELECT, INSERT ON strategies TO :"auth";
GRANT SELECT, UPDATE (is_enabled, updated_at) ON strategies TO :"engine";
GRANT SELECT, INSERT, UPDATE, DELETE
  ON facts, postings, open_positions, completed_trades, equity_marks TO :"engine";
GRANT SELECT, INSERT
  ON strategies, facts, postings, open_positions, completed_trades, equity_marks TO :"backup";
