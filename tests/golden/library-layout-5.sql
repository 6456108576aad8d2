-- A library as the code of this layout wrote it. Never changed.
BEGIN TRANSACTION;
CREATE TABLE articles (
    id TEXT PRIMARY KEY, title TEXT NOT NULL, text TEXT NOT NULL, origin TEXT NOT NULL,
    content_hash TEXT NOT NULL, source TEXT NOT NULL, authors TEXT NOT NULL,
    published_at TEXT, updated_at TEXT, ingested_at TEXT NOT NULL,
    language TEXT NOT NULL, url TEXT NOT NULL, generation INTEGER NOT NULL);
INSERT INTO "articles" VALUES('meeting','Wang meets Blinken','Wang met Blinken on Friday. They spoke for five hours.

Copper was not named.','/articles/meeting.md','c0ffee','Example Wire','["Ann Author"]','2024-04-26T09:10:00+00:00',NULL,'2026-11-26T03:27:52+00:00','','https://example.org/meeting',1);
INSERT INTO "articles" VALUES('pandas','A title','Two pandas arrived in San Diego. Their names are Yun Chuan and Xin Bao.','/articles/pandas.md','3ddd91c6cbd0abef20311b66e6c8485cf4fbe59b53c2a9d223be238791f910e7','Example Wire','[]','2024-04-26T09:10:00+00:00',NULL,'2026-11-26T03:27:52+00:00','','',3);
CREATE TABLE bands (
    band INTEGER NOT NULL, article_id TEXT NOT NULL REFERENCES articles (id) ON DELETE CASCADE,
    PRIMARY KEY (band, article_id)) WITHOUT ROWID
    ;
CREATE TABLE conversations (
    id TEXT PRIMARY KEY, name TEXT NOT NULL, words TEXT NOT NULL,
    made_at TEXT NOT NULL, changed_at TEXT NOT NULL);
INSERT INTO "conversations" VALUES('one','Talks','talks','2024-05-01T08:30:00+00:00','2024-05-01T08:31:00+00:00');
CREATE TABLE copies (id TEXT NOT NULL, title TEXT NOT NULL, text TEXT NOT NULL, origin TEXT NOT NULL,
    content_hash TEXT NOT NULL, source TEXT NOT NULL, authors TEXT NOT NULL,
    published_at TEXT, updated_at TEXT, ingested_at TEXT NOT NULL,
    language TEXT NOT NULL, url TEXT NOT NULL,
    leader TEXT NOT NULL REFERENCES articles (id) DEFERRABLE INITIALLY DEFERRED, PRIMARY KEY (id));
INSERT INTO "copies" VALUES('wire','A title','Wang met Blinken, AP says.','/articles/wire.md','6b457f97baf3932bb88feee8bd2c5be0c1d61d97ff4f02d8ed1264f771ef991b','AP','[]','2024-04-26T09:10:00+00:00',NULL,'2024-05-01T08:30:00+00:00','','','meeting');
CREATE TABLE exchanges (
    id TEXT PRIMARY KEY, conversation TEXT NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
    position INTEGER NOT NULL, asked_at TEXT NOT NULL, question TEXT NOT NULL, model TEXT NOT NULL,
    answer TEXT NOT NULL,            -- empty where there is none; `fault` then says why
    fault TEXT NOT NULL, words TEXT NOT NULL);
INSERT INTO "exchanges" VALUES('answer-1','one',1,'2024-05-01T08:30:00+00:00','How long did they speak?','','{"status": "answered", "question": "How long did they speak?", "asked": "How long did Wang and Blinken speak?", "claims": [{"text": "They spoke for five hours.", "verdict": "supported", "missing": [], "citations": [{"number": 1, "passage_id": "meeting-0", "article_id": "meeting", "content_hash": "c0ffee", "title": "Wang meets Blinken", "source": "Example Wire", "authors": ["Ann Author"], "published_at": "2024-04-26T09:10:00+00:00", "updated_at": null, "url": "https://example.org/meeting", "start": 28, "end": 54, "quote": "They spoke for five hours.", "also": []}], "lead": ""}, {"text": "It was a success.", "verdict": "uncited", "missing": [], "citations": [], "lead": " "}], "hits": [{"passage": {"id": "meeting-0", "article_id": "meeting", "position": 0, "start": 0, "end": 77, "text": "Wang met Blinken on Friday. They spoke for five hours.\n\nCopper was not named.", "sentences": [[0, 27], [28, 54], [56, 77]]}, "article": {"id": "meeting", "title": "Wang meets Blinken", "origin": "/articles/meeting.md", "content_hash": "c0ffee", "source": "Example Wire", "authors": ["Ann Author"], "published_at": "2024-04-26T09:10:00+00:00", "updated_at": null, "ingested_at": null, "language": "", "url": "https://example.org/meeting", "also": []}, "score": 1.25, "best": 1, "sentence_scores": [0.5, 0.5, 0.5], "signals": {"words": 4.0, "vector": 0.5, "sentence": 0.6, "coverage": 1.0, "sentence_coverage": 0.75}, "copies": []}], "model": "extractive", "seconds": 0.25, "notice": "Quoted from the articles.", "span": {"articles": 1, "passages": 1, "sources": ["Example Wire"], "first": "2024-04-26T09:10:00+00:00", "last": "2024-04-26T09:10:00+00:00", "languages": [], "of": 0}, "unresolved": 0, "disagreements": [], "offers": [], "filters": {"outlets": [], "first": null, "last": null, "languages": []}, "usage": {"tries": 0, "read": 0, "written": 0, "estimated": false, "cost": null}, "repaired": 0}','','how long did they speak? they spoke for five hours. [1] it was a success.');
INSERT INTO "exchanges" VALUES('answer-2','one',2,'2024-05-01T08:31:00+00:00','And where?','tiny','','The model failed.','and where?');
CREATE TABLE feedback (
    id TEXT PRIMARY KEY, made_at TEXT NOT NULL, question TEXT NOT NULL, asked TEXT NOT NULL,
    status TEXT NOT NULL, answer TEXT NOT NULL,
    cited TEXT NOT NULL,             -- JSON, as settings and history (rag.feedback)
    rating TEXT NOT NULL CHECK (rating IN ('up', 'down')), note TEXT NOT NULL,
    answerer TEXT NOT NULL, settings TEXT NOT NULL, history TEXT NOT NULL, claims TEXT NOT NULL DEFAULT '[]');
INSERT INTO "feedback" VALUES('answer-1','2024-05-01T08:30:00+00:00','And “who” met him?','And “who” met him? (What did Wang say?)','answered','Wang met Blinken in Beijing. [1]','[{"number": 1, "article_id": "a", "start": 0, "end": 28, "quote": "Wang met Blinken in Beijing."}]','up','Right, and short.','extractive','{"model": "", "hits": 8}','[{"question": "What did Wang say?", "asked": "What did Wang say?", "answer": "He said little. [1]"}]','[]');
INSERT INTO "feedback" VALUES('answer-2','2024-05-01T08:30:00+00:00','And “who” met him?','And “who” met him? (What did Wang say?)','answered','Wang met Blinken in Beijing. [1]','[{"number": 1, "article_id": "a", "start": 0, "end": 28, "quote": "Wang met Blinken in Beijing."}]','down','Right, and short.','extractive','{"model": "", "hits": 8}','[{"question": "What did Wang say?", "asked": "What did Wang say?", "answer": "He said little. [1]"}]','[{"number": 1, "text": "They met.", "verdict": "supported", "rating": "up", "note": "Yes."}]');
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
INSERT INTO "meta" VALUES('embedder','hash-1');
INSERT INTO "meta" VALUES('generation','6');
INSERT INTO "meta" VALUES('indexes','indexes-1');
INSERT INTO "meta" VALUES('library','0d5059cb26224064b8be02a9fe957a1b');
INSERT INTO "meta" VALUES('passage_tokens','256');
INSERT INTO "meta" VALUES('unfinished','');
CREATE TABLE passages (
    number INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE,
    article_id TEXT NOT NULL REFERENCES articles (id) ON DELETE CASCADE,
    position INTEGER NOT NULL, start INTEGER NOT NULL, "end" INTEGER NOT NULL,
    sentences BLOB NOT NULL,         -- int32, little-endian: start, end of each sentence
    vector BLOB NOT NULL,            -- float16
    sentence_vectors BLOB NOT NULL);
INSERT INTO "passages" VALUES(1,'meeting:c0ffee:0','meeting',0,0,77,X'000000001B0000001C00000036000000380000004D000000',X'E62C6D2A5B2EEE32ACAAC433DB286D33C32A15B14D32BDA8DFAC8F308E2ADD3025B040B2912CA531CA26333054B0F9B083AC8226A72A3FB427305B2045A9DEA4512DB02364AD812A4FA898AEBFB1779CD02946B216B2CAB47BB01D2D8D2C35B010276D31E93099308922E32D0C2FDB1F3F2AB5315CB07B28CEA4E12CA69D6330',X'0A080E1703171024F3F60E13F1060B00FAF50D0DF507F0F8E80AEDF21301F9E604EFF21215FBF2F714EFF1E4FAE8FFF6F71F160CFF160DF31F1A0112FA07FFF4EEE4FB16FEFD09FD10002203051C062507EC0500FF0DEDED02F717E0F70E0B0A1810FCFFEDE7FF0FF5FF08F5E81304F504F4F21DF7F7F602E0FFEE0D04F4051A0E1A0EFAF726F704FAF713E80A03F209F8FCFF0F2007FFFF0DFB17F90A02FD170404FA06EBFAEFFF02EFD9DFFC2A18F300050DEBFEFE020FFB1BF6F0F30A0917');
INSERT INTO "passages" VALUES(3,'pandas:3ddd91c6:0','pandas',0,0,71,X'00000000200000002100000047000000',X'ECB01134932A8B9F35306CA171AE89AE7AB06029C1AD5A3330328329AA2E44329FAD8B290CAD422597A8E6B1AE256028F0325DA79FACF12998B44BB10DA95D2D792511B019AAF3B065308DAA93B1EF2FD42677A8DBB3EDAC60AA162CC02790AF992C4C30172E9A251A9CBB2E4D2E3132A2A3EF31F8AFF5B022B0E3B21CB2532E',X'F115D4001715F4F3DEFF1C0C0B160601E017ECF41E0704180B01FC00EAE6F708F001020CF805E203FF07F5F6010C08E4F8070305F20CF71002FC03FCF6E50102ED1620FDFAEEF3F70008E8131A010A1E07FC0310E9EA06EE13F9FDF9EEF3FF0B08EFF5DE0FECEE0E04F2EA0B00FFFFFD0B10040008091814F024EDF5F4EFEC0F');
CREATE TABLE removed (
    version TEXT PRIMARY KEY, generation INTEGER NOT NULL) WITHOUT ROWID
    ;
INSERT INTO "removed" VALUES('gone:86088c0f',5);
INSERT INTO "removed" VALUES('pandas:00000000',3);
CREATE TABLE uncompared (
    article_id TEXT PRIMARY KEY REFERENCES articles (id) ON DELETE CASCADE) WITHOUT ROWID
    ;
CREATE TABLE versions (id TEXT NOT NULL, title TEXT NOT NULL, text TEXT NOT NULL, origin TEXT NOT NULL,
    content_hash TEXT NOT NULL, source TEXT NOT NULL, authors TEXT NOT NULL,
    published_at TEXT, updated_at TEXT, ingested_at TEXT NOT NULL,
    language TEXT NOT NULL, url TEXT NOT NULL, replaced_at TEXT NOT NULL,
    PRIMARY KEY (id, content_hash));
INSERT INTO "versions" VALUES('pandas','A title','No pandas.','/articles/pandas.md','00000000','Example Wire','[]','2024-04-26T09:10:00+00:00',NULL,'2026-11-26T03:27:52+00:00','','','2026-11-26T03:27:52+00:00');
CREATE TABLE visits (
    address TEXT PRIMARY KEY, article TEXT NOT NULL, named_by TEXT NOT NULL,
    etag TEXT NOT NULL, modified TEXT NOT NULL, visited_at TEXT NOT NULL) WITHOUT ROWID
    ;
INSERT INTO "visits" VALUES('https://zoo.example/pandas','pandas','https://zoo.example/feed','"1"','Fri, 26 Apr 2024','2026-11-26T03:27:53+00:00');
CREATE INDEX articles_by_generation ON articles (generation);
CREATE INDEX articles_by_hash ON articles (content_hash);
CREATE INDEX passages_by_article ON passages (article_id);
CREATE INDEX exchanges_by_conversation ON exchanges (conversation, position);
CREATE INDEX copies_by_leader ON copies (leader);
CREATE INDEX copies_by_hash ON copies (content_hash);
CREATE INDEX bands_by_article ON bands (article_id);
DELETE FROM "sqlite_sequence";
INSERT INTO "sqlite_sequence" VALUES('passages',4);
COMMIT;
PRAGMA user_version = 5;
