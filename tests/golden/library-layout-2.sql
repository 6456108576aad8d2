-- A library as the code of layout 2 wrote it (commit 43c519e), dumped with iterdump. Never changed.
BEGIN TRANSACTION;
CREATE TABLE articles (
    id TEXT PRIMARY KEY, title TEXT NOT NULL, text TEXT NOT NULL, origin TEXT NOT NULL,
    content_hash TEXT NOT NULL, source TEXT NOT NULL, authors TEXT NOT NULL,
    published_at TEXT, updated_at TEXT, ingested_at TEXT NOT NULL,
    language TEXT NOT NULL, url TEXT NOT NULL, generation INTEGER NOT NULL);
INSERT INTO "articles" VALUES('a','A title','Wang met Blinken in Beijing.','/articles/a.md','c1d34b35b9a523a57d0c697cf437dc5ce77784bd5a93f4ae0f9a9cf2d5abd7f5','Example Wire','[]','2024-04-26T09:10:00+00:00',NULL,'2026-11-25T18:52:48+00:00','','',1);
CREATE TABLE feedback (
    id TEXT PRIMARY KEY, made_at TEXT NOT NULL, question TEXT NOT NULL, asked TEXT NOT NULL,
    status TEXT NOT NULL, answer TEXT NOT NULL,
    cited TEXT NOT NULL,             -- JSON, as settings and history (rag.feedback)
    rating TEXT NOT NULL CHECK (rating IN ('up', 'down')), note TEXT NOT NULL,
    answerer TEXT NOT NULL, settings TEXT NOT NULL, history TEXT NOT NULL);
INSERT INTO "feedback" VALUES('answer-1','2024-05-01T08:30:00+00:00','And “who” met him?','And “who” met him? (What did Wang say?)','answered','Wang met Blinken in Beijing. [1]','[{"number": 1, "article_id": "a", "start": 0, "end": 28, "quote": "Wang met Blinken in Beijing."}]','up','Right, and short.','extractive','{"model": "", "hits": 8}','[{"question": "What did Wang say?", "asked": "What did Wang say?", "answer": "He said little. [1]"}]');
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
INSERT INTO "meta" VALUES('embedder','');
INSERT INTO "meta" VALUES('generation','3');
INSERT INTO "meta" VALUES('indexes','indexes-1');
INSERT INTO "meta" VALUES('library','1cc93ea0d3874b2ca557dc3befe4e8e3');
INSERT INTO "meta" VALUES('passage_tokens','0');
INSERT INTO "meta" VALUES('unfinished','');
CREATE TABLE passages (
    number INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE,
    article_id TEXT NOT NULL REFERENCES articles (id) ON DELETE CASCADE,
    position INTEGER NOT NULL, start INTEGER NOT NULL, "end" INTEGER NOT NULL,
    sentences BLOB NOT NULL,         -- int32, little-endian: start, end of each sentence
    vector BLOB NOT NULL,            -- float16
    sentence_vectors BLOB NOT NULL);
INSERT INTO "passages" VALUES(1,'a:c1d34b35:0','a',0,0,28,X'000000001C000000',X'372FE9319131062F4A2F1C30DAB0AD301FA988B1C1AB063269A860AD0B2FBB302925DEB2A52D602D24B094AE30AD9B2A01277430A9B02AAAD9AC34A81B26A3AC952E7FACF22969188834992D9C29032FBBADCEAD5CB1FDB4F42687B004A4691C5A283132BA306E2F1A27B9268B2C84B13334873016B2D4AB909452AAE9B27122',X'0A190E0F0413E013F5E60711FF020E17FEE70E12F302FC01FA14F2E304F202F906FB05FF1A02F60CEFECF3E511E6FDFAFC1E0A1201060EE7171AE60602F4EE03');
CREATE TABLE removed (
    version TEXT PRIMARY KEY, generation INTEGER NOT NULL) WITHOUT ROWID
    ;
INSERT INTO "removed" VALUES('b:b0249d83',3);
CREATE INDEX articles_by_generation ON articles (generation);
CREATE INDEX articles_by_hash ON articles (content_hash);
CREATE INDEX passages_by_article ON passages (article_id);
DELETE FROM "sqlite_sequence";
INSERT INTO "sqlite_sequence" VALUES('passages',2);
COMMIT;
PRAGMA user_version = 2;
