"""Looking at archived pages in a browser: pywb replays them, and a page of ours lists what there is, by day.

Two servers on loopback, on two ports, which makes two origins: a script in an archived page cannot reach into the list.
Nothing here writes into a collection.
"""
