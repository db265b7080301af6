-- store: state
-- verified_in: the browser in which an identifier's owner last proved to hold it, as a digest; null if none is known.
-- What is typed in that very browser afterwards is the owner's own word; typed elsewhere it joins nobody.
alter table identity_identifier add column verified_in text;
