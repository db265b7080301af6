"""The ground every room stands on: errors, time, ids, money, the event, settings. It knows no room and no store."""
